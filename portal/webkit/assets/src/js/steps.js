// One fieldset a screen on a phone; "back" keeps everything because nothing leaves the page.
export function steps() {
  const form = document.querySelector("form.steps");
  if (!form || !window.matchMedia("(max-width: 719px)").matches) return;
  const all = Array.from(form.querySelectorAll(".step"));
  const dots = form.querySelector(".progress");
  const nav = form.querySelector(".step-nav");
  const submit = form.querySelector(".submit-row");
  if (all.length < 2 || !nav) return;
  all.forEach(() => dots.append(document.createElement("span")));
  form.classList.add("stepping");
  form.noValidate = true;
  const wrong = all.findIndex((s) => s.querySelector(".wrong"));
  let at = Math.max(0, wrong);

  const show = (move) => {
    all.forEach((s, i) => { s.hidden = i !== at; });
    Array.from(dots.children).forEach((d, i) => { d.className = i < at ? "past" : i === at ? "now" : ""; });
    dots.setAttribute("aria-label", `${at + 1} / ${all.length}`);
    nav.querySelector("[data-back]").hidden = at === 0;
    nav.querySelector("[data-next]").hidden = at === all.length - 1;
    submit.hidden = at !== all.length - 1;
    if (move) {
      window.scrollTo(0, 0);
      const first = all[at].querySelector("legend, h2");
      if (first) { first.tabIndex = -1; first.focus({ preventScroll: true }); }
    }
  };
  const valid = () => Array.from(all[at].querySelectorAll("input, textarea, select")).every((f) => f.checkValidity() || (f.reportValidity(), false));
  const go = (to, push) => {
    at = to;
    if (push) history.pushState({ step: at }, "");
    show(true);
  };
  nav.querySelector("[data-next]").addEventListener("click", () => { if (valid()) go(at + 1, true); });
  nav.querySelector("[data-back]").addEventListener("click", () => history.back());
  form.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.target.tagName === "INPUT" && at < all.length - 1) {
      e.preventDefault();
      if (valid()) go(at + 1, true);
    }
  });
  window.addEventListener("popstate", (e) => { if (e.state && typeof e.state.step === "number") go(e.state.step, false); });
  // Every earlier screen is a step of the browser's own "back", also after the form came back.
  history.replaceState({ step: 0 }, "");
  for (let i = 1; i <= at; i++) history.pushState({ step: i }, "");
  document.querySelectorAll(".summary a").forEach((a) => a.addEventListener("click", (e) => {
    const target = document.getElementById(a.getAttribute("href").slice(1));
    const step = target && all.findIndex((s) => s.contains(target));
    if (step >= 0 && step !== at) { e.preventDefault(); go(step, true); target.focus(); }
  }));
  show(false);
}
