// Quick exit. The page becomes a calendar at once, without leaving: what it held is gone from it
// however slow the net is, and where there is none the exit is sent when it is back. A cookie marks
// that somebody left: a page that the browser kept as it was empties itself and asks the site anew,
// and the site does the exit first (keng/kit/exit_mark.py) where it has not arrived yet. Other tabs
// of this site become a calendar, too. By a key:
// Shift pressed three times within five seconds, by itself; pressed to write a capital, or together
// with another key, it does not count. Without script there is the button, which needs a net.
(() => {
  "use strict";
  const TIMES = 3;
  const WITHIN = 5_000;
  const PAUSE = 5_000;
  const MARK = "month";
  const isHttps = location.protocol === "https:";
  // The name under which the browser keeps it, as keng/site/cookie_names.py has it.
  const MARK_COOKIE = isHttps ? `__Host-${MARK}` : MARK;
  const LEAVING = "2";
  const MARK_SECONDS = 12 * 3600;
  // Asked for each time: send.js puts a page with mistakes in the place of this one.
  const formOfExit = () => document.querySelector("[data-leaves]");
  const calendar = new URL(formOfExit().dataset.leaves, location.href).href;
  const exit = formOfExit().action;
  let tabs = null;
  let count = 0;
  let since = 0;
  let isAlone = false;
  let isLeft = false;

  function showHints() {
    for (const hint of document.querySelectorAll("[data-with-script]")) hint.hidden = false;
  }

  function sayHowOften() {
    const note = formOfExit()?.querySelector("[role=status]");
    if (note) note.textContent = ["", note.dataset.once, note.dataset.twice][count] ?? "";
  }

  function forget() {
    count = 0;
    sayHowOften();
  }

  // What is said between the tabs of this browser is kept nowhere.
  function listenToTabs() {
    tabs = "BroadcastChannel" in window ? new BroadcastChannel(MARK) : null;
    if (tabs) tabs.onmessage = becomeCalendar;
  }

  document.addEventListener("keydown", (event) => {
    isAlone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== "Shift") forget();
  });

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !isAlone) return;
    isAlone = false;
    if (event.timeStamp - since > WITHIN) forget();
    if (count === 0) since = event.timeStamp;
    count += 1;
    sayHowOften();
    if (count === TIMES && !isLeft) formOfExit()?.requestSubmit();
  });

  function setMark() {
    const secure = isHttps ? "; Secure" : "";
    document.cookie = `${MARK_COOKIE}=${LEAVING}; Path=/; Max-Age=${MARK_SECONDS}; SameSite=Strict${secure}`;
  }

  const isMarked = () => document.cookie.split("; ").some((each) => each.startsWith(`${MARK_COOKIE}=`));

  function tag(name, ...content) {
    const made = document.createElement(name);
    made.append(...content);
    return made;
  }

  function monthTable(today, language) {
    const table = tag("table");
    table.className = "calendar";
    const first = new Date(today.getFullYear(), today.getMonth(), 1);
    const dayNames = new Intl.DateTimeFormat(language, { weekday: "short" });
    // 1 January 2024 was a Monday.
    const week = [1, 2, 3, 4, 5, 6, 7].map((day) => new Date(2024, 0, day));
    table.append(tag("thead", tag("tr", ...week.map((day) => tag("th", dayNames.format(day))))));
    const rows = tag("tbody");
    const day = new Date(first);
    day.setDate(1 - ((first.getDay() + 6) % 7));
    do {
      const row = tag("tr");
      for (let column = 0; column < 7; column += 1) {
        const isIn = day.getMonth() === first.getMonth();
        const cell = tag("td", ...(isIn ? [tag("b", String(day.getDate()))] : []));
        if (isIn && day.getDate() === today.getDate()) cell.setAttribute("aria-current", "date");
        row.append(cell);
        day.setDate(day.getDate() + 1);
      }
      rows.append(row);
    } while (day.getMonth() === first.getMonth());
    table.append(rows);
    return table;
  }

  function showCalendar() {
    const language = document.documentElement.lang || "vi";
    const today = new Date();
    const words = (parts) => new Intl.DateTimeFormat(language, parts).format(today);
    const page = tag("div", tag("h1", words({ dateStyle: "full" })), monthTable(today, language));
    page.className = "page stack-large";
    document.title = words({ month: "long", year: "numeric" });
    document.querySelector("link[rel=icon]")?.setAttribute("href", "data:,");
    document.body.className = "";
    document.body.replaceChildren(tag("main", page));
  }

  // Where it leads, once the exit has arrived: the calendar, or the page that an operator named.
  async function sendExit() {
    try {
      const answer = await fetch(exit, { method: "POST", redirect: "manual", keepalive: true });
      if (answer.type === "opaqueredirect") return calendar;
      return answer.headers.get("Refresh")?.split("url=")[1];
    } catch {
      return undefined;
    }
  }

  function networkOrPause() {
    return new Promise((resolve) => {
      setTimeout(resolve, PAUSE);
      addEventListener("online", resolve, { once: true });
    });
  }

  // What another app shared (shared-box.js) goes from every tab: without the box no key opens it.
  function forgetShared() {
    sessionStorage.removeItem("keng-shared");
    sessionStorage.removeItem("keng-shared-kept");
    self.indexedDB?.deleteDatabase("keng-shared");
  }

  function becomeCalendar() {
    isLeft = true;
    forgetShared();
    document.dispatchEvent(new Event("keng:left"));
    showCalendar();
    // The entry of the history, too, is the calendar's from now on.
    history.replaceState(null, "", calendar);
  }

  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-leaves]")) return;
    event.preventDefault();
    setMark();
    becomeCalendar();
    tabs?.postMessage(LEAVING);
    let next = await sendExit();
    while (!next) {
      await networkOrPause();
      next = await sendExit();
    }
    location.replace(next);
  });

  document.addEventListener("keng:shown", showHints);
  addEventListener("pagehide", () => tabs?.close());
  showHints();
  listenToTabs();

  // What the browser kept as it was is asked for again, after somebody has left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) listenToTabs();
    if (!event.persisted || isLeft || !isMarked()) return;
    showCalendar();
    location.reload();
  });
})();
