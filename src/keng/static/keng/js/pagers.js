// This device as a pager: asks for leave, subscribes, and hands the subscription to the desk.
(() => {
  "use strict";
  const form = document.querySelector("form[data-push-key]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const refused = form.querySelector("[data-refused]");
  form.hidden = false;
  document.querySelector("[data-no-push]")?.setAttribute("hidden", "");

  const bytes = (text) => {
    const bare = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(bare), (letter) => letter.charCodeAt(0));
  };

  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    try {
      await navigator.serviceWorker.register("/sw.js");
      const worker = await navigator.serviceWorker.ready;
      const made = await worker.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytes(form.dataset.pushKey),
      });
      const said = made.toJSON();
      form.elements.endpoint.value = said.endpoint;
      form.elements.p256dh.value = said.keys.p256dh;
      form.elements.auth.value = said.keys.auth;
      form.submit();
    } catch {
      refused.hidden = false;
    }
  });
})();
