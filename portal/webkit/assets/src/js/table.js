// Arrow keys move between the rows of a table that has links or buttons.
export function tables() {
  document.addEventListener("keydown", (e) => {
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
    const row = e.target.closest("table[data-keys] tbody tr");
    if (!row || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    let next = row;
    do {
      next = e.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling;
    } while (next && !next.querySelector("a, button"));
    if (next) { e.preventDefault(); next.querySelector("a, button").focus(); }
  });
}
