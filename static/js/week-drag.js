// Dragging the card of a shift: with the mouse by its whole face, with a finger by its grip, so that the page scrolls.
// What it is dropped on is told with the event "week:move"; week-grid.js sends it.
(() => {
  "use strict";

  const FAR_ENOUGH = 6; // less is a click with an unsteady hand
  const EDGE = 60;
  const FRAME = 1000 / 60;
  const SCROLL = 8; // in one frame
  let drag = null;

  const cellAt = (x, y) => document.elementFromPoint(x, y)?.closest("[data-week-cell]") ?? null;

  const lift = () => {
    const { card } = drag;
    const ghost = card.cloneNode(true);
    ghost.classList.add("is-ghost");
    ghost.setAttribute("aria-hidden", "true");
    ghost.inert = true;
    ghost.style.inlineSize = `${card.offsetWidth}px`;
    document.body.append(ghost);
    card.classList.add("is-lifted");
    drag.ghost = ghost;
  };

  const aim = (cell) => {
    if (drag.cell !== cell) {
      drag.cell?.classList.remove("is-target");
      cell?.classList.add("is-target");
      drag.cell = cell;
    }
  };

  const scrollAndAim = (down) => {
    scrollBy({ top: down, behavior: "instant" });
    aim(cellAt(drag.nowX, drag.nowY));
  };

  // While the pointer stays at an edge the page goes on: a finger held still tells nothing of its own.
  const scrollAtEdge = (time) => {
    // As fast on a screen of 120 pictures a second as on one of 60, and no leap after a pause.
    const step = SCROLL * Math.min((time - drag.time) / FRAME, 2);
    drag.time = time;
    if (drag.nowY < EDGE) {
      scrollAndAim(-step);
    } else if (drag.nowY > innerHeight - EDGE) {
      scrollAndAim(step);
    }
    drag.frame = requestAnimationFrame(scrollAtEdge);
  };

  const end = () => {
    cancelAnimationFrame(drag?.frame);
    drag?.ghost?.remove();
    drag?.cell?.classList.remove("is-target");
    drag?.card.classList.remove("is-lifted");
    drag = null;
  };

  // The click that ends a drag must not follow the link of the card.
  const swallowClick = () => {
    const swallow = (event) => event.preventDefault();
    document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
  };

  const onDown = (event) => {
    const card = event.target.closest("[data-week-card]");
    const isGrip = Boolean(event.target.closest("[data-week-grip]"));
    if (!card || !event.isPrimary || event.button !== 0 || (event.pointerType !== "mouse" && !isGrip)) {
      return;
    }
    const [x, y] = [event.clientX, event.clientY];
    drag = { card, id: event.pointerId, x, y, nowX: x, nowY: y, cell: null, ghost: null, frame: 0, time: 0 };
  };

  const onMove = (event) => {
    if (!drag || event.pointerId !== drag.id) {
      return;
    }
    const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.ghost && Math.hypot(right, down) < FAR_ENOUGH) {
      return;
    }
    if (!drag.ghost) {
      lift();
      getSelection().removeAllRanges();
      drag.frame = requestAnimationFrame(scrollAtEdge);
    }
    event.preventDefault();
    [drag.nowX, drag.nowY] = [event.clientX, event.clientY];
    drag.ghost.style.translate = `${event.clientX - 20}px ${event.clientY - 16}px`;
    aim(cellAt(event.clientX, event.clientY));
  };

  const onUp = (event) => {
    if (!drag || event.pointerId !== drag.id) {
      return;
    }
    const { card, cell, ghost } = drag;
    end();
    if (ghost) {
      swallowClick();
    }
    if (ghost && cell) {
      card.dispatchEvent(new CustomEvent("week:move", { bubbles: true, detail: cell }));
    }
  };

  document.addEventListener("pointerdown", onDown);
  document.addEventListener("pointermove", onMove);
  document.addEventListener("pointerup", onUp);
  document.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => event.key === "Escape" && end());
  document.addEventListener("dragstart", (event) => event.target.closest("[data-week-card]") && event.preventDefault());
  document.addEventListener("selectstart", (event) => drag?.ghost && event.preventDefault());
})();
