// A form that outlives a dead spot: while the network is away the page stays as it is, says so, and
// sends again by itself. What was typed stays on the page alone: nothing is put into the browser's
// storage, where the next person with this phone could find it. Without script the browser sends,
// and it also sends a form without words or files as long as the phone believes in its network.
// While words or files are on their way the page says how far they are, and a second tap waits.
(() => {
  "use strict";
  const PAUSE = 5_000;
  const SAID_AFTER = 500;
  const FROM_THE_PROXY = [502, 503, 504];
  let waiting = null;

  async function send(form, button, isHeavy) {
    const attempt = { stop: false, button, request: null };
    waiting = attempt;
    while (!attempt.stop) {
      const answer = isHeavy ? await post(form, button, attempt) : navigator.onLine;
      if (attempt.stop) return;
      if (answer) {
        waiting = null;
        if (!isHeavy) sendByBrowser(form, button);
        else if (!show(form, answer)) refuse(form, button, answer);
        return;
      }
      say(form, button);
      await networkOrPause();
    }
  }

  function sendByBrowser(form, button) {
    if (button?.name) {
      const pressed = document.createElement("input");
      pressed.type = "hidden";
      pressed.name = button.name;
      pressed.value = button.value;
      form.append(pressed);
    }
    form.submit();
  }

  // The answer, or null where none came: the network is away, or the site behind its proxy.
  function post(form, button, attempt) {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    form.dispatchEvent(new CustomEvent("keng:data", { detail: data }));
    const request = new XMLHttpRequest();
    attempt.request = request;
    return new Promise((resolve) => {
      let part = 0;
      // What is there in a moment needs no word.
      const timer = setInterval(() => sayHowFar(form, button, part), SAID_AFTER);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) part = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => {
        clearInterval(timer);
        hide("[data-sending]");
        const isLost = !request.status || FROM_THE_PROXY.includes(request.status);
        resolve(isLost ? null : request);
      });
      request.open("POST", form.action || location.href);
      request.send(data);
    });
  }

  function networkOrPause() {
    return new Promise((resolve) => {
      const timer = setTimeout(done, PAUSE);
      function done() {
        clearTimeout(timer);
        removeEventListener("online", done);
        resolve();
      }
      addEventListener("online", done);
    });
  }

  function showUnder(form, button, name) {
    const note = document.querySelector(name);
    if (!note || !note.hidden) return note;
    (button && form.contains(button) ? button : form.lastElementChild).after(note);
    note.hidden = false;
    note.scrollIntoView({ block: "nearest" });
    return note;
  }

  function hide(name) {
    const note = document.querySelector(name);
    if (note) note.hidden = true;
  }

  function say(form, button) {
    hide("[data-sending]");
    hide("[data-not-taken]");
    showUnder(form, button, "[data-no-network]");
  }

  function sayHowFar(form, button, part) {
    hide("[data-no-network]");
    hide("[data-not-taken]");
    const note = showUnder(form, button, "[data-sending]");
    if (!note) return;
    const percent = Math.floor(part * 100);
    note.querySelector("progress").value = percent;
    note.querySelector("[data-percent]").textContent = `${percent} %`;
  }

  function show(form, answer) {
    const asked = new URL(form.action || location.href, location.href).href;
    if (answer.responseURL !== asked.split("#")[0]) {
      location.assign(answer.responseURL);
      return true;
    }
    // A page with mistakes, or in the other language: it has no address to go to.
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    if (answer.status >= 400 && !page.querySelector("form[method=post] textarea")) return false;
    document.documentElement.replaceWith(page.documentElement);
    scrollTo(0, 0);
    (document.getElementById("problem") || document.getElementById("main"))?.focus();
    document.dispatchEvent(new Event("keng:shown"));
    return true;
  }

  // The answer says that nothing was taken: why stands beside the form, which keeps everything.
  function refuse(form, button, answer) {
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    const note = showUnder(form, button, "[data-not-taken]");
    if (!note) return;
    const words = [page.querySelector("h1"), page.querySelector("h1 + p")];
    note.querySelector("[data-why]").textContent = words
      .map((each) => each?.textContent.trim())
      .filter(Boolean)
      .join(". ");
  }

  function stopWaiting() {
    if (waiting) {
      waiting.stop = true;
      waiting.request?.abort();
    }
    waiting = null;
  }

  // Quick exit, in this tab or another one: nothing is sent any more, and no answer is shown.
  document.addEventListener("keng:left", stopWaiting);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const isHeavy = form.enctype === "multipart/form-data";
    const keeps = form.hasAttribute("data-keeps") && (isHeavy || !navigator.onLine);
    const isOnItsWay = waiting?.request && waiting.request.readyState !== XMLHttpRequest.DONE;
    if (isOnItsWay && waiting.button === event.submitter) {
      event.preventDefault();
      return;
    }
    stopWaiting();
    if (!keeps) return;
    event.preventDefault();
    if (form.querySelector("[data-too-much]:not([hidden])") && !event.submitter?.name) {
      form.querySelector("input[type=file]").focus();
      return;
    }
    send(form, event.submitter, isHeavy);
  });

  addEventListener("beforeunload", (event) => {
    const note = document.querySelector("[data-no-network]");
    if (waiting && note && !note.hidden) event.preventDefault();
  });
})();
