// A receipt stands in answer to a form, so that its code is in no address. Going back to it would
// show the browser's own error page. Whoever leaves it leaves an address behind instead, where one
// is asked for the code; loading the page again while it is open still shows the receipt.
(() => {
  "use strict";
  const receipt = document.querySelector("[data-receipt]").dataset.receipt;
  const leave = () => history.replaceState(null, "", receipt);

  document.addEventListener("submit", (event) => {
    // Printing and the other language lead to the same receipt again.
    if (new URL(event.target.action).pathname !== receipt) leave();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.origin === location.origin) leave();
  });
})();
