// Keeps the key of what was shared in this tab and goes on to the page that opens it: by way of signing in
// or of the locked screen.
(async () => {
  "use strict";
  const way = document.querySelector("[data-shared-way]");
  const key = await self.kengSharedKey();
  // Opened by hand: the page that is led to says that nothing came.
  if (!key) sessionStorage.setItem("keng-shared", "none");
  location.replace(way.dataset.sharedWay);
})();
