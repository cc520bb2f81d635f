// Warnings in this browser: asks for leave when the form is sent by this way, and hands its own
// subscription over with the form.
(() => {
  "use strict";
  const form = document.querySelector("form[data-push-key]");
  const sent = (name) => form.elements.namedItem(name);
  const way = form?.querySelector("input[name=way][value=web_push]");
  const isPossible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!form) return;
  const refused = form.querySelector("[data-no-push]");

  const isChosen = () => (way ? way.checked : !form.querySelector("input[name=way]"));
  const bytes = (text) => {
    const bare = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(bare), (letter) => letter.charCodeAt(0));
  };

  if (!isPossible && way) {
    way.disabled = true;
    way.checked = false;
  }

  form.addEventListener("submit", async (event) => {
    const isSearch = event.submitter?.name === "find";
    if (isSearch || !isChosen() || sent("endpoint").value) return;
    event.preventDefault();
    try {
      await navigator.serviceWorker.register(form.dataset.pushWorker);
      const worker = await navigator.serviceWorker.ready;
      const made = await worker.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytes(form.dataset.pushKey),
      });
      const given = made.toJSON();
      sent("endpoint").value = given.endpoint;
      sent("p256dh").value = given.keys.p256dh;
      sent("auth").value = given.keys.auth;
      form.requestSubmit(event.submitter);
    } catch {
      refused.hidden = false;
      refused.scrollIntoView({ block: "center" });
    }
  });
})();
