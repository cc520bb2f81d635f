// Takes the key of what was shared out of the address and goes on to the page that opens it: by way of
// signing in or of the locked screen, which keep no part of an address behind "#".
(() => {
  "use strict";
  const way = document.querySelector("[data-shared-way]");
  sessionStorage.setItem("keng-shared", location.hash.slice(1) || "none");
  history.replaceState(null, "", location.pathname);
  location.replace(way.dataset.sharedWay);
})();
