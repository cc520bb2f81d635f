// A form that outlives a dead spot: while the network is away the page stays as it is, says so, and
// sends again by itself. What was typed stays on the page alone: nothing is put into the browser's
// storage, where the next person with this phone could find it. Without script the browser sends,
// and it also sends a form without words or files as long as the phone believes in its network.
(() => {
  "use strict";
  const PAUSE = 5_000;
  const FROM_THE_PROXY = [502, 503, 504];
  let waiting = null;

  async function send(form, button, isHeavy) {
    const attempt = { stop: false };
    waiting = attempt;
    while (!attempt.stop) {
      const answer = isHeavy ? await post(form, button) : navigator.onLine;
      if (attempt.stop) return;
      if (answer) {
        waiting = null;
        if (isHeavy) await show(answer);
        else sendByBrowser(form, button);
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

  async function post(form, button) {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body: data });
      return FROM_THE_PROXY.includes(answer.status) ? null : answer;
    } catch {
      return null;
    }
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

  function say(form, button) {
    const note = document.querySelector("[data-no-network]");
    if (!note || !note.hidden) return;
    (button && form.contains(button) ? button : form.lastElementChild).after(note);
    note.hidden = false;
    note.scrollIntoView({ block: "nearest" });
  }

  async function show(answer) {
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    // A page with mistakes, or in the other language: it has no address to go to.
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.documentElement.replaceWith(page.documentElement);
    scrollTo(0, 0);
    (document.getElementById("problem") || document.getElementById("main"))?.focus();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (waiting) waiting.stop = true;
    waiting = null;
    const isHeavy = form.enctype === "multipart/form-data";
    if (!form.hasAttribute("data-keeps") || (navigator.onLine && !isHeavy)) return;
    event.preventDefault();
    send(form, event.submitter, isHeavy);
  });

  addEventListener("beforeunload", (event) => {
    const note = document.querySelector("[data-no-network]");
    if (waiting && note && !note.hidden) event.preventDefault();
  });
})();
