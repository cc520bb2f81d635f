// Shows a warning that this browser asked for. It keeps nothing; it fetches nothing but the page
// that ends the subscription, when told to. The words come encrypted for this browser alone.
"use strict";

const STOP_WORDS = { vi: "Thôi nhận", zh: "停止接收", ko: "그만 받기" };

const ownAddress = (text) => {
  try {
    const address = new URL(text, self.location.origin);
    // Only our own site is opened or asked, whatever a message says.
    return address.origin === self.location.origin ? address.href : "";
  } catch {
    return "";
  }
};

self.addEventListener("push", (event) => {
  const sent = event.data ? event.data.json() : { title: "Kẻng", body: "" };
  const stop = ownAddress(sent.stop || "/");
  const title = STOP_WORDS[(self.navigator.language || "vi").slice(0, 2)] || "Stop";
  // The first line of the words is the title already.
  const body = sent.body.startsWith(sent.title) ? sent.body.slice(sent.title.length).trim() : sent.body;
  event.waitUntil(
    self.registration.showNotification(sent.title || "Kẻng", {
      body,
      data: { stop },
      icon: "/static/keng/mark.svg",
      actions: sent.stop && stop ? [{ action: "stop", title }] : [],
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { stop } = event.notification.data;
  if (event.action !== "stop") {
    event.waitUntil(self.clients.openWindow(ownAddress("/warnings")));
    return;
  }
  event.waitUntil(
    fetch(stop, { method: "POST", credentials: "omit" })
      .then(() => self.registration.pushManager.getSubscription())
      .then((subscription) => subscription?.unsubscribe())
      // Without a net the page with the button stays open for a later tap.
      .catch(() => self.clients.openWindow(stop)),
  );
});
