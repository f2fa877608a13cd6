// Keys of the desk: / search, j k rows, g then a letter, ? help. Typing in a field is left alone.
const typing = (e) => e.target.closest("input, textarea, select, [contenteditable]") || e.ctrlKey || e.metaKey || e.altKey || e.isComposing;

export function keys() {
  let wentG = 0;
  const rows = () => Array.from(document.querySelectorAll("[data-row]")).filter((a) => a.offsetParent !== null);
  const move = (by) => {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1);
    list[next].focus();
    list[next].scrollIntoView({ block: "nearest" });
  };
  const go = (page) => {
    const link = document.querySelector(`[data-go="${page}"]`);
    if (link) link.click();
  };
  document.addEventListener("keydown", (e) => {
    if (typing(e)) return;
    if (Date.now() - wentG < 1200) {
      wentG = 0;
      if (e.key === "w") return go("work");
      if (e.key === "d") return go("duty");
      if (e.key === "c") return go("cases");
    }
    const search = document.querySelector("[data-search]");
    const help = document.querySelector("[data-keys-help]");
    if (e.key === "/" && search) { e.preventDefault(); search.focus(); search.select(); }
    else if (e.key === "j") move(1);
    else if (e.key === "k") move(-1);
    else if (e.key === "g") wentG = Date.now();
    else if (e.key === "?" && help && !help.open) help.showModal();
  });
}

// The menu is open where there is room for it.
export function menu() {
  const fold = document.querySelector("[data-wide-open]");
  if (!fold) return;
  const wide = window.matchMedia("(min-width: 901px)");
  const set = () => { fold.open = wide.matches; };
  set();
  wide.addEventListener("change", set);
}
