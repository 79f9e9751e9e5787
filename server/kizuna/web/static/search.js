// Suggestions while somebody types: a combobox with a listbox (WAI-ARIA Authoring Practices, 3.8).
// Without this script the form works as any form does. Texts from the data are only ever text.
"use strict";

const WAIT = 150;

class Suggestions {
    constructor(form) {
        this.form = form;
        this.input = form.querySelector("input[type=search]");
        this.list = document.createElement("ul");
        this.told = document.createElement("div");
        this.active = -1;
        this.known = new Map();
        this.build();
        this.listen();
    }

    build() {
        this.list.id = "suggestions";
        this.list.className = "suggestions";
        this.list.hidden = true;
        this.list.setAttribute("role", "listbox");
        this.list.setAttribute("aria-label", this.form.querySelector("label").textContent);
        this.told.className = "unseen";
        this.told.setAttribute("role", "status");
        const says = {
            role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
            "aria-controls": this.list.id,
        };
        for (const name in says) this.input.setAttribute(name, says[name]);
        this.form.append(this.list, this.told);
    }

    listen() {
        this.input.addEventListener("input", (event) => {
            clearTimeout(this.timer);
            this.close();
            if (!event.isComposing) this.timer = setTimeout(() => this.ask(), WAIT);
        });
        this.input.addEventListener("compositionend", () => this.ask());
        this.input.addEventListener("keydown", (event) => this.press(event));
        this.input.addEventListener("blur", () => this.close());
        // A click would take the focus from the field, and so close the list before it counts.
        this.list.addEventListener("pointerdown", (event) => event.preventDefault());
        this.list.addEventListener("click", (event) => {
            const option = event.target.closest("[role=option]");
            if (option) this.choose(option);
        });
    }

    async ask() {
        clearTimeout(this.timer);
        this.asking?.abort();
        const typed = this.input.value.trim();
        if (!typed) return this.close();
        try {
            const found = this.known.get(typed) ?? await this.fetched(typed);
            if (typed === this.input.value.trim() && document.activeElement === this.input) this.show(found);
        } catch (error) {
            this.close(); // it is a help only; an answer that is no longer wanted is no error
        }
    }

    async fetched(typed) {
        this.asking = new AbortController();
        const address = new URL(this.form.dataset.suggest, location.href);
        address.searchParams.set("q", typed);
        const answer = await fetch(address, { signal: this.asking.signal });
        if (!answer.ok) return [];
        const [, names, kinds, addresses] = await answer.json();
        const found = names.map((name, at) => ({ name, kind: kinds[at], address: addresses[at] }));
        this.known.set(typed, found);
        return found;
    }

    show(found) {
        this.active = -1;
        this.list.replaceChildren(...found.map((one, at) => this.option(one, at)));
        this.list.hidden = !found.length;
        this.input.setAttribute("aria-expanded", String(found.length > 0));
        this.told.textContent = this.form.dataset.count.replace("{n}", found.length);
    }

    option({ name, kind, address }, at) {
        const option = document.createElement("li");
        const [said, small] = [document.createElement("bdi"), document.createElement("span")];
        said.textContent = name;
        small.textContent = kind;
        small.className = "small";
        option.append(said, " ", small);
        option.id = `suggestion-${at}`;
        option.dataset.address = address;
        option.dataset.name = name;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        return option;
    }

    press(event) {
        if (event.isComposing) return; // Enter ends a word in Japanese
        const options = this.list.children;
        const open = !this.list.hidden;
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (!open) return void this.ask();
            const step = event.key === "ArrowDown" ? 1 : -1;
            const places = options.length + 1; // the field is one of them
            this.mark((this.active + 1 + step + places) % places - 1);
        } else if (event.key === "Enter" && open && this.active >= 0) {
            event.preventDefault();
            this.choose(options[this.active]);
        } else if (event.key === "Escape" && open) {
            event.preventDefault(); // the second one clears the field, as browsers do
            this.close();
        }
    }

    mark(at) {
        this.active = at;
        [...this.list.children].forEach((option, place) => {
            option.setAttribute("aria-selected", String(place === at));
            if (place === at) option.scrollIntoView({ block: "nearest" });
        });
        if (at < 0) this.input.removeAttribute("aria-activedescendant");
        else this.input.setAttribute("aria-activedescendant", this.list.children[at].id);
    }

    choose(option) {
        const { address, name } = option.dataset;
        this.close();
        this.input.value = name;
        const target = address ? new URL(address, location.href) : null;
        if (target && target.origin === location.origin) location.assign(target);
        else this.form.requestSubmit();
    }

    close() {
        this.asking?.abort();
        this.mark(-1);
        this.list.hidden = true;
        this.told.textContent = "";
        this.input.setAttribute("aria-expanded", "false");
    }
}

for (const form of document.querySelectorAll("form.find[data-suggest]")) new Suggestions(form);
