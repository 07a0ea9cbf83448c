// Moves the card of a shift to another day or person: with the arrow keys here, by dragging in week-drag.js, which
// asks for it with the event "week:move". Without this file the link of each card leads to a form that does the same.
(() => {
  "use strict";

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const form = document.querySelector("[data-week-move]");
  const live = document.querySelector("[data-week-live]");
  let moving = null;

  const isAt = (card, cell) =>
    cell.dataset.day === card.dataset.day && [undefined, card.dataset.person].includes(cell.dataset.person);

  const send = (card, cell) => {
    if (isAt(card, cell)) {
      return;
    }
    form.action = card.dataset.move;
    form.elements.on.value = cell.dataset.day;
    form.elements.advisor.value = cell.dataset.person ?? card.dataset.person;
    form.submit();
  };

  const drop = (sentence) => {
    moving?.card.classList.remove("is-lifted");
    moving?.cell.classList.remove("is-target");
    moving = null;
    live.textContent = sentence;
  };

  const aim = (card, cell) => {
    moving?.cell.classList.remove("is-target");
    moving = { card, cell };
    card.classList.add("is-lifted");
    cell.classList.add("is-target");
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    live.textContent = `${cell.dataset.words}. ${form.dataset.keys}`;
  };

  // The next cell in this direction; days that are over cannot be planned and are passed over.
  const neighbour = (cell, [down, right]) => {
    const cells = [...cell.closest("[data-week-grid]").querySelectorAll("[data-week-cell]")];
    const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
    const ahead = (one) => {
      const rows = Number(one.dataset.row) - row;
      const columns = Number(one.dataset.column) - column;
      return down ? columns === 0 && rows * down > 0 : rows === 0 && columns * right > 0;
    };
    const distance = (one) =>
      Math.abs(Number(one.dataset.row) - row) + Math.abs(Number(one.dataset.column) - column);
    return cells.filter(ahead).sort((one, other) => distance(one) - distance(other))[0];
  };

  const onKey = (event) => {
    const card = event.target.closest("[data-week-open]")?.closest("[data-week-card]");
    if (!card || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) {
      return;
    }
    if (STEPS[event.key]) {
      event.preventDefault();
      const from = moving?.card === card ? moving.cell : card.closest("[data-week-cell]");
      const next = neighbour(from, STEPS[event.key]);
      if (next) {
        aim(card, next);
      }
    } else if (moving && event.key === "Enter" && !isAt(moving.card, moving.cell)) {
      event.preventDefault();
      send(moving.card, moving.cell);
    } else if (moving && event.key === "Escape") {
      drop(form.dataset.left);
    }
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("focusout", () => moving && drop(""));
  document.addEventListener("week:move", (event) => send(event.target, event.detail));
})();
