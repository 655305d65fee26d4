// One choice of tab for the whole book. sphinx-design keeps tab sets in step and remembers the choice;
// this script shows it before the page is first painted, and lets text follow it as well.
// It runs in the head, before the body exists.
(() => {
  "use strict";
  const GROUP = "tab";
  const STORAGE_KEY = `sphinx-design-tab-id-${GROUP}`;
  const TABS = JSON.parse(document.currentScript.dataset.tabs);
  const root = document.documentElement;

  const known = (tab) => (TABS.includes(tab) ? tab : null);

  function remembered() {
    try {
      return known(localStorage.getItem(STORAGE_KEY));
    } catch {
      return null; // the browser blocks storage
    }
  }

  const asked = () => known(new URLSearchParams(location.search).get(GROUP));

  function show(element) {
    if (element.dataset.tab) {
      element.hidden = !element.dataset.tab.split(" ").includes(root.dataset.tab);
    } else {
      const input = document.getElementById(element.htmlFor);
      input.autocomplete = "off"; // or the browser brings back an older choice
      if (element.dataset.syncId === root.dataset.tab) input.checked = true;
    }
  }

  const SELECTOR = `[data-tab]:not(html), label[data-sync-group="${GROUP}"]`;

  function showIn(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.matches(SELECTOR)) show(node);
    node.querySelectorAll(SELECTOR).forEach(show);
  }

  function choose(tab) {
    root.dataset.tab = tab;
    showIn(root);
  }

  // The label of the tab that was clicked stays where it is while the page above it changes height.
  function onChange(event) {
    const label = event.target.nextElementSibling;
    if (!label?.matches?.(`label[data-sync-group="${GROUP}"]`)) return;
    const before = label.getBoundingClientRect().top;
    choose(label.dataset.syncId);
    scrollBy({ top: label.getBoundingClientRect().top - before, behavior: "instant" });
  }

  // Not every address is well encoded: `#%` is none.
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  // A link to a place in a fold opens it, and those around it.
  function unfold() {
    const target = document.getElementById(decoded(location.hash.slice(1)));
    let folded = target?.closest("details:not([open])");
    if (!folded) return;
    for (; folded; folded = folded.closest("details:not([open])")) folded.open = true;
    target.scrollIntoView();
  }

  // What is printed cannot be opened.
  function unfoldForPrint() {
    const folds = [...document.querySelectorAll("details:not([open])")];
    folds.forEach((fold) => (fold.open = true));
    addEventListener("afterprint", () => folds.forEach((fold) => (fold.open = false)), { once: true });
  }

  root.dataset.tab = asked() ?? remembered() ?? TABS[0];
  root.classList.add("tabbook");
  const observer = new MutationObserver((records) =>
    records.forEach((record) => record.addedNodes.forEach(showIn)),
  );
  observer.observe(root, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    observer.disconnect();
    choose(root.dataset.tab);
    unfold();
  });
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", unfoldForPrint);
  document.addEventListener("change", onChange, true);
  // Another window of the book, or this page taken back from the browser's history.
  addEventListener("storage", (event) => event.key === STORAGE_KEY && choose(remembered() ?? TABS[0]));
  addEventListener("pageshow", (event) => event.persisted && choose(remembered() ?? TABS[0]));
})();
