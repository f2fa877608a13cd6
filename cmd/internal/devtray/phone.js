// With a script the phones are live: what comes is shown at once, and sending does not load the page anew.
{
  const main = document.querySelector(".phones");

  const bottom = (chat) => { chat.scrollTop = chat.scrollHeight; };

  const refresh = async (chat) => {
    try {
      const answer = await fetch(chat.dataset.chat);
      if (!answer.ok) return;
      const text = await answer.text();
      if (chat.dataset.last === text) return;
      chat.dataset.last = text;
      chat.innerHTML = text;
      bottom(chat);
      chat.querySelectorAll("img").forEach((i) => i.addEventListener("load", () => bottom(chat), { once: true }));
    } catch { /* the program is restarting: the next look will tell */ }
  };

  const chats = [...document.querySelectorAll("[data-chat]")];
  const chatOf = (id) => chats.find((c) => c.dataset.person === id);

  chats.forEach(bottom);

  const live = new EventSource(main.dataset.live);
  live.onmessage = (e) => { const chat = chatOf(e.data); if (chat) refresh(chat); };
  live.onopen = () => chats.forEach(refresh);

  document.querySelectorAll("form[data-send]").forEach((form) => {
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      const data = new FormData(form, e.submitter);
      const box = form.querySelector("textarea");
      if (box) box.value = "";
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
      if (answer.status >= 400) location.reload();
      const chat = form.closest(".handset").querySelector("[data-chat]");
      refresh(chat);
    });
    const box = form.querySelector("textarea");
    if (!box) return;
    box.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); form.requestSubmit(form.querySelector("button")); }
    });
  });

  // A link opens in a window as wide as the phone.
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-open]");
    if (!link) return;
    e.preventDefault();
    window.open(link.href, link.target, "width=390,height=780");
  });
}
