// Keeps the texts of all tabs and the last queries, in this browser only. Each tab has an entry of its own, so that two
// windows do not overwrite each other's; which tab is open is kept for each window.

const TAB = "apecgraph.query.";
const RUNS = "apecgraph.queries";
const OPEN = "apecgraph.open";
const MOST_RUNS = 50;
const MOST_TABS = 50;
const LONGEST = 100_000; // characters of a query that is kept

export class Notebook {
  constructor() {
    this.tabs = stored(localStorage, (key) => key.startsWith(TAB)).sort((one, other) => one.made - other.made);
    const open = sessionStorage.getItem(OPEN);
    const latest = this.tabs.reduce((one, other) => (one && one.at >= other.at ? one : other), undefined);
    this.current = this.tabs.find(({ id }) => id === open) ?? latest;
  }

  // Add a tab and open it; the tabs that were not changed for the longest time make room.
  add(text, isRun = false) {
    const [id, made] = [crypto.randomUUID(), Date.now()];
    while (this.tabs.length >= MOST_TABS) this.remove(this.tabs.reduce((one, other) => (one.at <= other.at ? one : other)));
    const tab = { id, made, at: made, text, isRun };
    this.tabs.push(tab);
    this.choose(tab);
    this.save(tab);
    return tab;
  }

  choose(tab) {
    this.current = tab;
    put(sessionStorage, OPEN, tab.id);
  }

  // Keep the text of the open tab; `isRun` says that its answer is shown.
  keep(text, isRun) {
    Object.assign(this.current, { text, isRun, at: Date.now() });
    this.save(this.current);
  }

  save({ id, ...tab }) {
    if (tab.text.length <= LONGEST) put(localStorage, TAB + id, JSON.stringify({ id, ...tab }));
  }

  // Remove a tab; its text is among the last queries, so that it is not lost.
  remove(tab) {
    if (tab.text.trim() && !this.runs().some(({ query }) => query === tab.text)) this.remember({ query: tab.text });
    this.tabs = this.tabs.filter((each) => each !== tab);
    localStorage.removeItem(TAB + tab.id);
  }

  // The last queries, the latest first: `query`, `at`, and if it was answered `size` and `seconds`, in words.
  runs() {
    try {
      return JSON.parse(localStorage.getItem(RUNS)) ?? [];
    } catch {
      return [];
    }
  }

  remember(run) {
    if (run.query.length > LONGEST) return;
    const others = this.runs().filter(({ query }) => query !== run.query);
    put(localStorage, RUNS, JSON.stringify([{ ...run, at: Date.now() }, ...others].slice(0, MOST_RUNS)));
  }

  forget() {
    localStorage.removeItem(RUNS);
  }
}

function stored(storage, is) {
  return Object.keys(storage)
    .filter(is)
    .flatMap((key) => {
      try {
        return [JSON.parse(storage.getItem(key))];
      } catch {
        return [];
      }
    });
}

// Private windows and full storage refuse: then a text lives as long as its window.
function put(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // it is not kept
  }
}
