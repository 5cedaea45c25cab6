// Everything works without this script; with it, open pages follow what is changed elsewhere.
// An element with data-live names where its present content is to be had. The server says when to look again: when settings have changed, and when
// the page is connected (again), since something may have changed before.
const refresh = async () => {
  for (const part of document.querySelectorAll("[data-live]")) {
    const answer = await fetch(part.dataset.live);
    if (answer.ok) {
      const content = await answer.text();
      // Left alone while it is the same, so that nothing is announced, and no focus is lost, for nothing.
      if (content !== part.shown) {
        part.innerHTML = content;
        part.shown = content;
      }
    }
  }
};

const events = new EventSource("/live");
events.addEventListener("changed", refresh);
events.addEventListener("changed", () => { document.documentElement.dataset.connected = "true"; });
events.addEventListener("error", () => { delete document.documentElement.dataset.connected; });
