// Taking a report down: pasting is enough, and nothing typed is lost when the network or the
// session is gone. Without script every form here works by its own button.
(() => {
  "use strict";
  const chat = document.querySelector("form[data-chat]");
  if (chat) {
    const box = chat.querySelector("textarea");
    const go = () => box.value.trim() && chat.requestSubmit();
    box.addEventListener("paste", () => setTimeout(go));
    chat.querySelector("input[type=file]").addEventListener("change", () => chat.requestSubmit());
    const button = chat.querySelector("[data-paste]");
    button.hidden = !navigator.clipboard?.readText;
    button.addEventListener("click", async () => {
      try {
        box.value = await navigator.clipboard.readText();
        go();
      } catch {
        // Not allowed: the box waits for a finger that holds it.
        box.focus();
      }
    });
  }

  const steady = document.querySelector("form[data-steady]");
  if (!steady) return;
  let isChecked = false;
  let isSent = false;

  function say(what) {
    for (const notice of document.querySelectorAll("[data-lost]")) {
      notice.hidden = notice.dataset.lost !== what;
      if (!notice.hidden) notice.scrollIntoView({ block: "nearest" });
    }
  }

  // Ask first whether the desk is there and still knows us; its page brings a fresh form token.
  async function check() {
    const answer = await fetch(steady.dataset.steady || location.pathname, { redirect: "manual" });
    if (answer.type === "opaqueredirect") return "signed-out";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]");
    if (token) steady.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
    return "";
  }

  steady.addEventListener("submit", async (event) => {
    if (isChecked) return;
    event.preventDefault();
    if (isSent) return;
    isSent = true;
    const lost = await check().catch(() => "network");
    isSent = false;
    say(lost);
    if (lost) return;
    isChecked = true;
    steady.requestSubmit(event.submitter);
  });
  // Back from the next page: the form may be sent again, and again makes no second tip.
  addEventListener("pageshow", () => {
    isChecked = false;
  });
})();
