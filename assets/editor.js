// The query form as an editor: colours, brackets, syntax, names from the data. Without it the form works as it is.
//
// Whatever comes from the data (names, labels) is put into the page by textContent alone.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import "./editor.css";

const COMPLETER = "kizuna";
const PREFIXES = "prefixes";
const VARIABLES = "variables";

// Another helper than these would ask servers of others, or keep queries where nobody looks for them.
for (const name of Object.keys(Yasqe.Autocompleters)) {
  if (![VARIABLES, PREFIXES].includes(name)) delete Yasqe.Autocompleters[name];
}

/** Marks the first line that is no SPARQL; YASQE's own mark holds markup and inline style. */
Yasqe.prototype.checkSyntax = function () {
  this.clearGutter("gutterErrorBar");
  this.queryValid = true;
  for (let line = 0; line < this.getDoc().lineCount(); line++) {
    const state = this.getTokenAt({ line, ch: this.getDoc().getLine(line).length }, true).state;
    if (state.OK === false) {
      this.setGutterMarker(line, "gutterErrorBar", mark(this.getOption("wrongLine") ?? ""));
      this.queryValid = false;
      return;
    }
  }
};

function mark(title) {
  const sign = document.createElement("span");
  sign.className = "wrong";
  sign.textContent = "!";
  sign.title = title;
  return sign;
}

/** Returns where in a query a term stands that is typed there: a property, a class, or anything. */
function place(yasqe, token) {
  const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
  if (["a", "rdf:type"].includes(before?.string)) return "class";
  return token.state.possibleCurrent?.includes("a") || token.string === "a" ? "property" : "thing";
}

/** Returns the completer that asks this site for classes, properties and things by what they are called. */
function completer(form) {
  let found = new Map();
  return {
    name: COMPLETER,
    bulk: false,
    autoShow: false,
    isValidCompletionPosition(yasqe) {
      const token = yasqe.getCompleteToken();
      const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
      return /^[^?$"'#]/.test(token.string.trim()) && before?.string.toUpperCase() !== "PREFIX";
    },
    async get(yasqe, token) {
      const query = new URLSearchParams({ q: token.string.trim(), kind: place(yasqe, token), lang: form.dataset.lang });
      const answer = await fetch(`${form.dataset.complete}?${query}`);
      const items = answer.ok ? (await answer.json()).items : [];
      found = new Map(items.map((item) => [item.name, item]));
      return [...found.keys()];
    },
    postprocessHints(yasqe, hints) {
      return hints.map((hint) => ({
        ...hint,
        render(element) {
          const item = found.get(hint.text);
          const code = document.createElement("code");
          code.textContent = item.name;
          const label = document.createElement("span");
          label.textContent = item.label;
          if (item.language) label.lang = item.language;
          element.append(code, label);
        },
        hint(editor, data, chosen) {
          editor.replaceRange(chosen.text, chosen.from ?? data.from, chosen.to ?? data.to, "complete");
          declare(yasqe, form, chosen.text);
        },
      }));
    },
  };
}

/** Adds the declaration of the prefix that a name has, if the site knows it and the query has none. */
function declare(yasqe, form, name) {
  const prefix = name.startsWith("<") ? "" : name.split(":")[0];
  const namespace = JSON.parse(form.dataset.prefixes)[prefix];
  if (namespace && !(prefix in yasqe.getPrefixesFromQuery())) yasqe.addPrefixes({ [prefix]: namespace });
}

/** Shows where the server found a mistake, and goes there. */
function point(yasqe, line, column) {
  const at = { line: line - 1, ch: Math.max(column - 1, 0) };
  const end = Math.max(yasqe.getTokenAt({ line: at.line, ch: at.ch + 1 }).end, at.ch + 1);
  yasqe.addLineClass(at.line, "background", "wrong-line");
  yasqe.getDoc().markText(at, { line: at.line, ch: end }, { className: "wrong-word" });
  yasqe.getDoc().setCursor(at);
}

function edit(form) {
  const area = form.querySelector("textarea");
  const words = form.dataset;
  const known = JSON.parse(words.prefixes);
  Yasqe.registerAutocompleter(completer(form), false);
  Yasqe.Autocompleters[PREFIXES].get = () => Object.entries(known).map(([prefix, iri]) => `${prefix}: <${iri}>`);
  Yasqe.Autocompleters[PREFIXES].persistenceId = null;
  Yasqe.defaults.autocompleters = [PREFIXES, VARIABLES, COMPLETER];
  const send = () => form.requestSubmit();
  const frame = document.createElement("div");
  area.after(frame);
  const yasqe = new Yasqe(frame, {
    value: area.value,
    wrongLine: words.wrong,
    persistenceId: null,
    createShareableLink: null,
    consumeShareLink: null,
    showQueryButton: false,
    queryingDisabled: "",
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    screenReaderLabel: document.querySelector(`label[for="${area.id}"]`).textContent,
    hintConfig: { alignWithWord: true },
    // Tab leads on to the button, as it does everywhere: an editor must not hold a keyboard.
    extraKeys: { "Ctrl-Enter": send, "Cmd-Enter": send, "Ctrl-S": false, Tab: false, "Shift-Tab": false },
  });
  area.hidden = true;
  area.required = false;
  yasqe.on("change", () => (area.value = yasqe.getValue()));
  yasqe.getInputField().id = `${area.id}-editor`;
  document.querySelector(`label[for="${area.id}"]`).htmlFor = `${area.id}-editor`;
  if (words.line) point(yasqe, Number(words.line), Number(words.column));
  form.querySelector(".keys").hidden = false;
}

const form = document.querySelector("form.sparql[data-complete]");
if (form) edit(form);
