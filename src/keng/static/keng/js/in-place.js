// Pages of tips follow each other in place. What a form or a link asks for is fetched, and what stands
// between the frame's own parts (data-stays) is exchanged, so that the listeners live on and no key
// falls between two pages. Without script, and everywhere else, the browser loads pages as ever.
// Events on the document, in their order:
//   keng:leaving   something is asked for; detail.form (or null), detail.address
//   keng:exchange  the page that came is there, the one that goes still stands
//   keng:page      the page that came stands; detail.came is its document, detail.isRefusal whether it
//                  says why something was not done
//   keng:arrived   keys may be pressed again: its scripts have run, or (detail.isHere) no page came
(() => {
  "use strict";
  const PAGES = /^\/tips\/(?!search\/|map\/|attachments\/|news\/)/;
  const LONGEST = 20_000;
  // A picture of a chat takes its time on a slow line; the site ends what is too slow for it.
  const LONGEST_WITH_FILES = 600_000;
  const UNLOADS_WITHIN = 3_000;
  // More than that no browser sends for a page that is gone.
  const MOST_KEPT_ALIVE = 30_000;
  const notice = document.getElementById("not-done");
  const pageSaid = document.getElementById("page-said");
  if (!notice || !pageSaid || !PAGES.test(location.pathname)) return;
  // What is asked for now: one thing at a time.
  let underWay = null;
  // The address of what stands here, without its fragment.
  let address = withoutFragment(location.href);
  let isRefusalShown = Boolean(history.state?.isRefusal);
  // The tokens in this page are those of a session that ended.
  let isSignedOut = false;
  // A button of another form, pressed before what was sent is answered.
  let tap = null;
  let unloadedAt = 0;

  const whose = (page) => page.getElementById("screen-cover")?.dataset.whose;
  const tell = (kind, detail = {}) => document.dispatchEvent(new CustomEvent(`keng:${kind}`, { detail }));
  const isOfTips = (url) => url.origin === location.origin && PAGES.test(url.pathname);
  function withoutFragment(href) {
    const url = new URL(href, location.href);
    url.hash = "";
    return url.href;
  }

  function say(what, words = "") {
    notice.hidden = false;
    for (const each of notice.children) each.hidden = each.dataset.why !== what;
    const place = notice.querySelector(`[data-why="${what}"] [data-words]`);
    if (place) place.textContent = words;
    notice.scrollIntoView({ block: "nearest" });
  }

  // Nothing came that could be put in: the page stays, with every word that was typed into it.
  function stay(what, words) {
    if (what) say(what, words);
    arrive(true);
  }

  async function ask(href, options, form = null) {
    const asked = { isPost: Boolean(options.body), abort: new AbortController() };
    underWay?.abort.abort();
    underWay = asked;
    notice.hidden = true;
    document.documentElement.setAttribute("aria-busy", "true");
    tell("leaving", { form, address: href });
    const got = await answerTo(href, options, asked).catch(() => null);
    // Something else was asked for meanwhile.
    if (underWay !== asked) return;
    try {
      // Whoever goes to another page meanwhile is told nothing; what was sent arrives (keepalive).
      const isUnloading = Date.now() - unloadedAt < UNLOADS_WITHIN;
      if (!got && isUnloading) await new Promise((done) => setTimeout(done, UNLOADS_WITHIN));
      if (!got) stay(asked.isLetGo ? "" : "no-answer");
      else if (got.answer) await take(got.answer, got.content, href, asked.isPost, options.isBack);
    } catch (error) {
      // What cannot be exchanged is loaded whole.
      location.assign(asked.isPost && !got.answer.redirected ? address : got.answer.url);
      throw error;
    } finally {
      // Where another page is loaded instead, nothing more is asked for from this one.
      if (underWay === asked) underWay = null;
    }
  }

  function arrive(isHere) {
    underWay = null;
    document.documentElement.removeAttribute("aria-busy");
    tell("arrived", { isHere });
  }

  async function answerTo(href, options, asked) {
    const longest = options.body instanceof FormData ? LONGEST_WITH_FILES : LONGEST;
    const tooLong = setTimeout(() => asked.abort.abort(), longest);
    const { signal } = asked.abort;
    try {
      if (isSignedOut && !(await isSignedInAgain(signal))) return {};
      if (asked.isPost) options.body.set("csrfmiddlewaretoken", token());
      const keepalive = options.body instanceof URLSearchParams && String(options.body).length < MOST_KEPT_ALIVE;
      const answer = await fetch(href, { ...options, keepalive, signal });
      if (isPage(answer)) return { answer, content: await answer.text() };
      // It is being sent: the files of a tip may be a gigabyte.
      clearTimeout(tooLong);
      return { answer, content: await answer.blob() };
    } finally {
      clearTimeout(tooLong);
    }
  }

  const isPage = (answer) => (answer.headers.get("Content-Type") || "").startsWith("text/html");

  async function take(answer, content, href, isPost, isBack) {
    if (answer.status === 423 || new URL(answer.url).pathname === notice.dataset.locked) return locked();
    if (!isPage(answer)) return keepFile(answer, content);
    const came = new DOMParser().parseFromString(content, "text/html");
    // An <img> in one would be loaded, as if there were no script.
    for (const each of came.querySelectorAll("noscript")) each.remove();
    if (whose(came) === whose(document)) return exchange(came, answer, href, isPost, isBack);
    return takeForeign(came, answer, href, isPost);
  }

  function locked() {
    tell("locked");
    stay("locked");
  }

  // A page without the frame: of signing in, or one that says that something failed.
  function takeForeign(came, answer, href, isPost) {
    const isFailure = !answer.ok && answer.status !== 403;
    if (!isPost) location.assign(isFailure ? href : answer.url);
    else if (answer.status === 503) stay("busy");
    else if (isFailure) stay("failed", came.querySelector("h1")?.textContent.trim());
    else if (answer.ok && !answer.redirected) exchangeMain(came);
    else {
      isSignedOut = true;
      stay("signed-out");
    }
  }

  // Whoever signed in anew in another tab goes on here, with the tokens of that session.
  async function isSignedInAgain(signal) {
    const answer = await fetch(address, { signal });
    const came = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!whose(came)) {
      stay("signed-out");
      return false;
    }
    // Another person: nothing that was typed here is theirs.
    if (whose(came) !== whose(document)) location.assign("/");
    else {
      document.body.setAttribute("hx-headers", came.body.getAttribute("hx-headers"));
      for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = token();
      isSignedOut = false;
    }
    return !isSignedOut;
  }
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];

  // A form may be answered with a file: the page stays as it is.
  function keepFile(answer, file) {
    const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
    if (answer.ok && name) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = name[1];
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), LONGEST);
    } else if (!answer.ok) say("failed");
    arrive(true);
  }

  async function exchange(came, answer, href, isPost, isBack) {
    const isSamePage = new URL(address).pathname === new URL(answer.url).pathname;
    const isRefusal = isPost && !answer.redirected;
    tell("exchange");
    note(answer, href, isRefusal, isBack);
    rebase(came, answer.url);
    const toast = came.querySelector(".toast");
    // It is read out by #page-said, which stood before.
    toast?.setAttribute("aria-live", "off");
    exchangeFrame(came);
    exchangeParts(came);
    const scripts = loadScripts(came);
    tell("page", { came, isRefusal });
    focus(isSamePage, new URL(href, location.href).hash);
    const said = toast?.querySelector("p")?.textContent.trim();
    pageSaid.textContent = [said, document.title].filter(Boolean).join(" ");
    await scripts;
    arrive(false);
  }

  // What the parts that stay take over from the page that came.
  function exchangeFrame(came) {
    document.title = came.title.replace(/\s+/g, " ").trim();
    document.body.className = came.body.className;
    document.body.setAttribute("hx-headers", came.body.getAttribute("hx-headers"));
    document.querySelector("header nav")?.replaceWith(came.querySelector("header nav"));
    const [slot, next] = [document, came].map((page) => page.getElementById("alarm"));
    if (slot && next?.dataset.from) slot.dataset.from = next.dataset.from;
  }

  // What is done and only not shown to its end: its words stand in the frame.
  function exchangeMain(came) {
    tell("exchange");
    document.querySelector("main").replaceChildren(...came.querySelector("main").childNodes);
    document.title = came.title;
    tell("page", { came });
    focus(false, "");
    pageSaid.textContent = document.title;
    arrive(false);
  }

  // A refusal keeps the address of what it answers: whoever loads the page again asks for nothing twice.
  function note(answer, href, isRefusal, isBack) {
    const { hash } = new URL(href, location.href);
    const leads = isRefusal ? address : withoutFragment(answer.url) + (answer.redirected ? "" : hash);
    const isReplaced = isBack || history.state?.isRefusal || (!isRefusal && withoutFragment(leads) === address);
    history[isReplaced ? "replaceState" : "pushState"]({ isRefusal }, "", leads);
    isRefusalShown = isRefusal;
    address = withoutFragment(leads);
  }

  // Forms and links that say nothing of where they lead mean the page that they came with.
  function rebase(came, url) {
    const { pathname, search } = new URL(url);
    for (const form of came.querySelectorAll("form:not([action])")) form.setAttribute("action", pathname + search);
    for (const link of came.querySelectorAll('a[href^="?"]')) {
      link.setAttribute("href", pathname + link.getAttribute("href"));
    }
  }

  function exchangeParts(came) {
    for (const each of [...document.body.children]) if (!each.hasAttribute("data-stays")) each.remove();
    let after = null;
    for (const each of [...came.body.children]) {
      const key = each.getAttribute("data-stays");
      if (key === null) {
        const part = document.importNode(each, true);
        if (after) after.after(part);
        else document.body.prepend(part);
        htmx.process(part);
        after = part;
      } else {
        after = document.body.querySelector(`:scope > [data-stays="${CSS.escape(key)}"]`) || after;
      }
    }
  }

  // Those of its scripts that did not run here yet.
  function loadScripts(came) {
    const known = new Set([...document.scripts].map((each) => each.src));
    const missing = [...came.scripts].filter((each) => each.src && !known.has(each.src));
    return Promise.all(missing.map((each) => new Promise((done) => {
      const script = document.createElement("script");
      Object.assign(script, { src: each.src, async: false, onload: done, onerror: done });
      document.head.append(script);
    })));
  }

  function focus(isSamePage, hash) {
    const main = document.getElementById("main");
    const wanted = document.getElementById(decodeURIComponent(hash.slice(1)));
    const first = document.querySelector("main [autofocus]");
    if (!isSamePage) scrollTo(0, 0);
    wanted?.scrollIntoView();
    // The page keeps its place, and what was refused stands above all of it.
    document.querySelector(".toast[data-read-first]")?.scrollIntoView({ block: "nearest" });
    (first || (wanted?.matches("input, textarea, select, a, button, [tabindex]") && wanted) || main)
      ?.focus({ preventScroll: !first });
  }

  const leadsTo = (form, submitter) =>
    new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || "", location.href);
  function fieldsOf(form, submitter) {
    const fields = new FormData(form);
    if (submitter?.name) fields.append(submitter.name, submitter.value);
    return fields;
  }
  // What a form would do, whichever page of the same tip it stands in.
  function actOf(form, submitter) {
    const fields = [...fieldsOf(form, submitter)].filter(([name]) => !["csrfmiddlewaretoken", "seen"].includes(name));
    return JSON.stringify([leadsTo(form, submitter).pathname, fields]);
  }

  // What was sent is answered first: a second press of it sends nothing. What another button does waits,
  // and is done where the page that comes offers it still.
  addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!underWay?.isPost || form.closest("dialog")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const act = actOf(form, submitter);
    if (act !== underWay.act) tap = act;
  }, true);
  document.addEventListener("keng:arrived", ({ detail }) => {
    const [wanted] = [tap, (tap = null)];
    if (!wanted || detail.isHere) return;
    for (const form of document.querySelectorAll("main form[method=post]")) {
      const buttons = [...form.elements].filter((each) => each.type === "submit");
      const button = buttons.find((each) => actOf(form, each) === wanted);
      if (button && !isRefusalShown) return void form.requestSubmit(button);
    }
    say("other-page");
  });
  // After all other listeners: what one of them takes is not taken here.
  addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    const url = leadsTo(form, submitter);
    const isTaken = event.defaultPrevented || form.method !== "post" || form.target || form.closest("#screen-cover");
    if (isTaken || submitter?.formMethod === "dialog" || !isOfTips(url)) return;
    event.preventDefault();
    const fields = fieldsOf(form, submitter);
    const isOfFiles = form.enctype === "multipart/form-data";
    ask(url.href, { method: "POST", body: isOfFiles ? fields : new URLSearchParams(fields) }, form);
    underWay.act = actOf(form, submitter);
  });

  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const isElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || isElsewhere || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (!isOfTips(url) || (url.hash && withoutFragment(link.href) === address)) return;
    event.preventDefault();
    if (!underWay?.isPost) ask(url.href, {});
  });

  // Before htmx, which would put in a whole body, frame and all.
  addEventListener("popstate", (event) => {
    const isWithinPage = withoutFragment(location.href) === address && !isRefusalShown && !event.state?.isRefusal;
    if (isWithinPage) return;
    event.stopImmediatePropagation();
    if (!PAGES.test(location.pathname)) location.reload();
    else ask(location.href, { isBack: true });
  }, true);

  // The list names the tip beside it by itself.
  document.addEventListener("htmx:pushedIntoHistory", () => (address = withoutFragment(location.href)));
  document.addEventListener("keng:beside", () => (address = withoutFragment(location.href)));
  addEventListener("beforeunload", () => (unloadedAt = Date.now()));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !underWay || underWay.isPost) return;
    underWay.isLetGo = true;
    underWay.abort.abort();
  }, true);
})();
