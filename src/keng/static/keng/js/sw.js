// Shows a call to an officer, and opens the desk when it is tapped. It keeps nothing and fetches
// nothing; the words come encrypted for this browser alone.
"use strict";

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : { title: "Kẻng", body: "" };
  const link = (said.body.match(/https?:\/\/\S+/) || ["/"])[0];
  event.waitUntil(
    self.registration.showNotification(said.title || "Kẻng", {
      body: said.body.replace(link, "").trim(),
      data: { link },
      icon: "/static/keng/mark.svg",
      requireInteraction: true,
      renotify: true,
      tag: link,
      vibrate: [400, 200, 400, 200, 800],
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const link = new URL(event.notification.data.link, self.location.origin);
  // Only our own desk is opened, whatever a message says.
  const target = link.origin === self.location.origin ? link.href : "/";
  event.waitUntil(self.clients.openWindow(target));
});
