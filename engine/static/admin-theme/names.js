// Names for what Django's admin leaves nameless to those who hear a page: search boxes, and fields in table rows.
"use strict";

function nameSearchBoxes() {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
        const label = select.labels[0];
        const box = select.nextElementSibling;
        if (!label || !box) {
            continue;
        }
        label.id ||= `${select.id}_label`;
        for (const part of box.querySelectorAll("[role=combobox], [role=textbox]")) {
            part.setAttribute("aria-labelledby", label.id);
        }
    }
}

function nameFieldsInRows() {
    for (const head of document.querySelectorAll(".tabular thead th")) {
        const name = head.textContent.trim();
        for (const row of head.closest("table").tBodies[0].rows) {
            const cell = row.cells[head.cellIndex];
            for (const field of cell ? cell.querySelectorAll("input, select, textarea") : []) {
                if (!field.labels?.length && !field.hasAttribute("aria-label")) {
                    field.setAttribute("aria-label", name);
                }
            }
        }
    }
}

function nameAll() {
    nameSearchBoxes();
    nameFieldsInRows();
}

// Pages with such fields have Django's jQuery; what it starts when the page is ready comes before this.
window.django?.jQuery?.(nameAll);
document.addEventListener("formset:added", nameAll);
