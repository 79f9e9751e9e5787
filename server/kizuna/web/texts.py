"""Every text of the pages in every language of the pages, written down once.

A text may hold ``{names}`` of values. A reader whose language is none of ``LANGUAGES`` gets English
texts around data in the language that was asked for.
"""

# ruff: noqa: E501 - a table is read along its rows

from __future__ import annotations

from calendar import monthrange
from datetime import date

LANGUAGES = ("en", "de", "ja")
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "ja": "日本語"}

# fmt: off
TEXTS: dict[str, tuple[str, str, str]] = {
    # frame
    "skip": ("Skip to the content", "Zum Inhalt springen", "本文へ移動"),
    "nav": ("Main", "Hauptnavigation", "メインナビゲーション"),
    "nav.agreements": ("Agreements", "Vereinbarungen", "合意"),
    "nav.clusters": ("Clusters", "Cluster", "クラスター"),
    "nav.organisations": ("Organisations", "Organisationen", "組織"),
    "nav.events": ("Events", "Ereignisse", "催し"),
    "nav.programmes": ("Programmes", "Programme", "プログラム"),
    "nav.documents": ("Documents", "Dokumente", "文書"),
    "nav.questions": ("Questions", "Fragen", "質問"),
    "nav.sparql": ("SPARQL", "SPARQL", "SPARQL"),
    "nav.data": ("Data", "Daten", "データ"),
    "language": ("Language", "Sprache", "言語"),
    "release": ("Release", "Ausgabe", "リリース"),
    "license": ("Licence", "Lizenz", "ライセンス"),
    "footer.catalogue": ("Catalogue", "Katalog", "カタログ"),
    "footer.ontology": ("Ontology", "Ontologie", "オントロジー"),
    "footer.shapes": ("Shapes", "Shapes", "シェイプ"),
    "footer.classes": ("All classes", "Alle Klassen", "全クラス"),
    # front page
    "front.numbers": ("What is in it", "Was darin steht", "収録内容"),
    "front.claims": ("Statements with quotes", "Belegte Aussagen", "引用付きの記述"),
    "front.sources": ("The documents it rests on", "Die Dokumente, auf denen alles beruht", "典拠となる文書"),
    "front.questions": ("Questions it answers", "Fragen, die sie beantworten", "答えられる質問"),
    "front.all_questions": ("All {n} questions", "Alle {n} Fragen", "全{n}件の質問"),
    "front.use": ("Three ways to the data", "Drei Wege zu den Daten", "データの三つの使い方"),
    "front.browse": ("Read", "Lesen", "読む"),
    "front.browse_text": (
        "Every thing has a page. Open “Evidence” beside a fact to see the words it rests on.",
        "Jedes Ding hat eine Seite. „Belege“ neben einer Angabe zeigt die Worte, auf denen sie beruht.",
        "どの項目にもページがあります。各事実の「根拠」を開くと、典拠の文言が示されます。"),
    "front.ask": ("Ask", "Fragen", "問い合わせる"),
    "front.ask_text": (
        "The SPARQL endpoint answers queries as JSON, XML, CSV, TSV and RDF.",
        "Der SPARQL-Endpunkt antwortet mit JSON, XML, CSV, TSV und RDF.",
        "SPARQLエンドポイントはJSON、XML、CSV、TSV、RDFで応答します。"),
    "front.take": ("Take", "Mitnehmen", "入手する"),
    "front.take_text": (
        "The whole dataset as files, or any page as RDF: add .ttl, .jsonld, .nt or .rdf to its address.",
        "Der ganze Datensatz als Dateien, oder jede Seite als RDF: .ttl, .jsonld, .nt oder .rdf an die Adresse hängen.",
        "データ全体をファイルで、または各ページのアドレスに .ttl、.jsonld、.nt、.rdf を付けてRDFで取得できます。"),
    "front.newest": ("Newest release: {id} of {date}, {triples} triples",
                     "Neueste Ausgabe: {id} vom {date}, {triples} Tripel",
                     "最新リリース：{id}（{date}、{triples}トリプル）"),
    # things
    "thing.facts": ("What is said of it", "Was darüber gesagt ist", "記述内容"),
    "thing.further": ("More", "Weiteres", "その他"),
    "thing.record": ("About this record", "Zu diesem Eintrag", "この記録について"),
    "thing.names": ("Names", "Namen", "名称"),
    "thing.questions": ("What the documents leave open", "Was die Dokumente offen lassen", "文書からは分からないこと"),
    "thing.incoming": ("Where it is mentioned", "Wo es vorkommt", "言及している項目"),
    "thing.as": ("as “{role}”", "als „{role}“", "「{role}」として"),
    "thing.more": ("and {n} more, all in the data files", "und {n} weitere, alle in den Datendateien", "ほか{n}件（データファイルに全件）"),
    "thing.elsewhere": ("Elsewhere on the web", "Anderswo im Web", "外部のページ"),
    "thing.iri": ("Address of the thing (IRI)", "Adresse des Dings (IRI)", "識別子（IRI）"),
    "thing.formats": ("This page as data", "Diese Seite als Daten", "このページのデータ"),
    "thing.said": ("In the words of this person", "In den Worten dieser Person", "本人の発言"),
    "thing.quotes": ("Its words, and what was drawn from them", "Seine Worte, und was ihnen entnommen ist", "文書の文言と、そこから得られた事実"),
    "thing.quotes_note": (
        "In reading order. Only the passages that support a fact are quoted; the full text is not republished.",
        "In der Reihenfolge des Textes. Zitiert ist nur, was eine Angabe belegt; der volle Text wird nicht veröffentlicht.",
        "本文の順に掲載。事実を裏づける箇所のみを引用し、全文は掲載しません。"),
    "thing.claimed": ("What this claim says", "Was diese Aussage besagt", "この言明の内容"),
    "thing.differ": ("Said differently:", "Unterschiedlich angegeben:", "記載が分かれています："),
    "thing.undocumented": ("No quote: stated by the editors", "Ohne Zitat: Angabe der Redaktion", "引用なし：編集部による記述"),
    # evidence
    "evidence": ("Evidence", "Belege", "根拠"),
    "evidence.undated": ("undated", "undatiert", "日付なし"),
    "evidence.rule": ("Rule:", "Regel:", "推論規則："),
    "evidence.source": ("Show in the source", "In der Quelle zeigen", "出典で見る"),
    "evidence.claim": ("Claim", "Aussage", "言明"),
    # values
    "date.between": ("between {a} and {b}", "zwischen {a} und {b}", "{a}から{b}までの間"),
    "date.until": ("not after {b}", "nicht nach {b}", "{b}以前"),
    "date.from": ("not before {a}", "nicht vor {a}", "{a}以降"),
    "date.unknown": ("not datable", "nicht datierbar", "時期の特定不可"),
    "number.least": ("at least {n}", "mindestens {n}", "{n}以上"),
    "yes": ("yes", "ja", "はい"),
    "no": ("no", "nein", "いいえ"),
    # classes
    "classes.title": ("Classes", "Klassen", "クラス"),
    "classes.intro": ("Everything in the data, by what it is.", "Alles in den Daten, nach seiner Art.", "収録された項目を種類別に示します。"),
    "classes.own": ("Of this dataset", "Aus diesem Datensatz", "本データの語彙"),
    "classes.other": ("From other vocabularies", "Aus anderen Vokabularen", "外部の語彙"),
    "classes.members": ("Members", "Einträge", "項目"),
    "classes.number": ("Number", "Anzahl", "件数"),
    "classes.broader": ("Broader", "Oberklassen", "上位クラス"),
    "classes.narrower": ("Narrower", "Unterklassen", "下位クラス"),
    "classes.definition": ("Definition in the ontology", "Definition in der Ontologie", "オントロジーでの定義"),
    "classes.kind": ("Kind", "Art", "種類"),
    "classes.name": ("Name", "Name", "名称"),
    "page.previous": ("Previous page", "Vorige Seite", "前のページ"),
    "page.next": ("Next page", "Nächste Seite", "次のページ"),
    "page.of": ("Page {n} of {all}", "Seite {n} von {all}", "{n}／{all}ページ"),
    # vocabularies
    "terms.contents": ("Contents", "Inhalt", "目次"),
    "terms.members": ("{n} in the data", "{n} in den Daten", "データ中{n}件"),
    "terms.plain": ("Terms", "Begriffe", "用語"),
    # graphs and dumps
    "graph.title": ("Graph {name}", "Graph {name}", "グラフ {name}"),
    "graph.size": ("{n} triples", "{n} Tripel", "{n}トリプル"),
    "graph.subjects": ("What it speaks of", "Wovon er spricht", "記述対象"),
    "data.title": ("Data", "Daten", "データ"),
    "data.files": ("Files of release {id}", "Dateien der Ausgabe {id}", "リリース{id}のファイル"),
    "data.file": ("File", "Datei", "ファイル"),
    "data.format": ("Format", "Format", "形式"),
    "data.size": ("Size", "Größe", "サイズ"),
    "data.graphs": ("Named graphs: one per source file", "Benannte Graphen: einer je Quelldatei", "名前付きグラフ（ソースファイルごと）"),
    "data.intro": (
        "Each file is complete and never changes: its address holds the release, its SHA-256 is printed.",
        "Jede Datei ist vollständig und ändert sich nie: Ihre Adresse nennt die Ausgabe, ihre SHA-256 steht dabei.",
        "各ファイルは完結しており変更されません。アドレスにリリース名を含み、SHA-256を併記します。"),
    # questions and SPARQL
    "questions.title": ("Questions", "Fragen", "質問"),
    "questions.intro": (
        "Each question is a query that anybody can run, change and quote.",
        "Jede Frage ist eine Abfrage, die alle ausführen, ändern und zitieren können.",
        "どの質問も、誰でも実行・変更・引用できるクエリです。"),
    "questions.answer": ("Answer", "Antwort", "回答"),
    "questions.query": ("The query", "Die Abfrage", "クエリ"),
    "questions.run": ("Open it in the query form", "Im Abfrageformular öffnen", "クエリフォームで開く"),
    "questions.files": ("The answer as data", "Die Antwort als Daten", "回答のデータ"),
    "sparql.title": ("SPARQL endpoint", "SPARQL-Endpunkt", "SPARQLエンドポイント"),
    "sparql.intro": (
        "Ask the dataset in SPARQL 1.1. The default graph holds every triple once; each source file is a named graph besides.",
        "Fragen an den Datensatz in SPARQL 1.1. Der Standardgraph hält jedes Tripel einmal; daneben ist jede Quelldatei ein benannter Graph.",
        "SPARQL 1.1でデータに問い合わせます。デフォルトグラフは各トリプルを一度だけ含み、ソースファイルごとに名前付きグラフもあります。"),
    "sparql.query": ("Query", "Abfrage", "クエリ"),
    "sparql.run": ("Run", "Ausführen", "実行"),
    "sparql.examples": ("Examples", "Beispiele", "例"),
    "sparql.result": ("Result", "Ergebnis", "結果"),
    "sparql.rows": ("{n} rows", "{n} Zeilen", "{n}行"),
    "sparql.none": ("Nothing: the data has no answer.", "Nichts: Die Daten haben keine Antwort.", "該当なし：データに回答はありません。"),
    "sparql.cut": ("The first {n} are shown; the files hold all.", "Gezeigt sind die ersten {n}; die Dateien enthalten alle.", "先頭の{n}件を表示。全件はファイルにあります。"),
    "sparql.subject": ("Subject", "Subjekt", "主語"),
    "sparql.predicate": ("Predicate", "Prädikat", "述語"),
    "sparql.object": ("Object", "Objekt", "目的語"),
    # pictures
    "nav.pictures": ("Pictures", "Bilder", "図"),
    "pictures.title": ("The dataset in pictures", "Der Datensatz in Bildern", "図で見るデータセット"),
    "pictures.lead": ("Drawn from this release. Every mark leads to what it stands for; below each picture, its content as a table.", "Gezeichnet aus dieser Ausgabe. Jedes Zeichen führt zu dem, wofür es steht; unter jedem Bild steht sein Inhalt als Tabelle.", "このリリースから描いた図です。それぞれの印から該当項目へ移動でき、図の下には同じ内容の表があります。"),
    "pictures.none": ("This release has nothing that can be drawn: no coordinates, no dates, no relations.", "Diese Ausgabe enthält nichts, was sich zeichnen lässt: keine Koordinaten, keine Daten, keine Beziehungen.", "このリリースには、座標、日付、関係など図にできるものがありません。"),
    "pictures.map": ("Map of places", "Karte der Orte", "場所の地図"),
    "pictures.map.text": ("Places as dots, larger the more stands there; broken rings where only the country is known. Curves join places whose organisations work together.", "Orte als Punkte, größer, je mehr dort steht; gestrichelte Ringe, wo nur das Land bekannt ist. Bögen verbinden Orte, deren Organisationen zusammenarbeiten.", "点は場所を表し、関連する項目が多いほど大きくなります。破線の輪は国までしか分からないもの、曲線は組織どうしが協力している場所を結びます。"),
    "pictures.timeline": ("Timeline", "Zeitleiste", "年表"),
    "pictures.timeline.text": ("A dot is a day, a bar the range of days that are possible; arrows where one end is open. Hollow: planned or announced. Broken outline: inferred.", "Ein Punkt ist ein Tag, ein Balken die Spanne der möglichen Tage; Pfeile, wo ein Ende offen ist. Hohl: geplant oder angekündigt. Gestrichelter Rand: erschlossen.", "点は日付、帯はありうる日の範囲、矢印は一方の端が不明であることを示します。中抜きは予定または予告、破線の枠は推定です。"),
    "pictures.network": ("Network of relations", "Netz der Beziehungen", "関係のネットワーク"),
    "pictures.network.text": ("Organisations, agreements and programmes, and what relates them. The arrow on a line says which way it is read.", "Organisationen, Vereinbarungen und Programme und was sie verbindet. Der Pfeil auf einer Linie sagt, in welche Richtung sie zu lesen ist.", "組織、合意、プログラムとその関係です。線上の矢印は関係の向きを示します。"),
    "pictures.network.answer": ("Each row of the answer is a line between two things.", "Jede Zeile der Antwort ist eine Linie zwischen zwei Dingen.", "回答の各行が、二つの項目を結ぶ線になります。"),
    "pictures.neighbours": ("Neighbours", "Nachbarn", "関連項目の図"),
    "pictures.neighbours.text": ("In the middle the thing itself, on the left what names it, on the right what it names.", "In der Mitte das Ding selbst, links, was es nennt, rechts, was von ihm genannt wird.", "中央がこの項目、左がこの項目を挙げるもの、右がこの項目の挙げるものです。"),
    "pictures.bar": ("Bars", "Balken", "棒グラフ"),
    "pictures.bar.text": ("A bar for each row, as long as its number.", "Je Zeile ein Balken, so lang wie seine Zahl.", "各行の数値を棒の長さで示します。"),
    "pictures.where": ("Where is it: {name}", "Wo liegt es: {name}", "所在地：{name}"),
    "pictures.on_map": ("On the map", "Auf der Karte", "地図"),
    "pictures.place": ("Place", "Ort", "場所"),
    "pictures.places": ("Places", "Orte", "場所"),
    "pictures.people": ("People", "Personen", "人物"),
    "pictures.others": ("Other things", "Sonstiges", "その他"),
    "pictures.things": ("Things there", "Einträge dort", "関連項目数"),
    "pictures.position": ("Position", "Lage", "位置"),
    "pictures.together": ("Cooperation by", "Zusammenarbeit durch", "協力の根拠"),
    "pictures.here": ("Things there: {n}.", "Einträge dort: {n}.", "関連項目：{n}件。"),
    "pictures.vague": ("Only the country is known.", "Nur das Land ist bekannt.", "国のみ判明。"),
    "pictures.elsewhere": ("Far from these, and only the country is known", "Fern von diesen, und nur das Land ist bekannt", "上の地図の範囲外（国のみ判明）"),
    "pictures.thing": ("What", "Was", "項目"),
    "pictures.when": ("When", "Wann", "時期"),
    "pictures.from": ("From", "Von", "起点"),
    "pictures.relation": ("Relation", "Beziehung", "関係"),
    "pictures.to": ("To", "Zu", "終点"),
    "pictures.number": ("Number", "Zahl", "数値"),
    "pictures.signings": ("Agreements and signings", "Vereinbarungen und Unterzeichnungen", "合意・署名"),
    "pictures.journeys": ("Journeys", "Reisen", "視察・出張"),
    "pictures.cooperations": ("Cooperations and changes", "Kooperationen und Wandel", "協力・組織変更"),
    "pictures.planned": ("planned or announced", "geplant oder angekündigt", "予定・予告"),
    "pictures.inferred": ("inferred", "erschlossen", "推定"),
    "pictures.undatable": ("Without a date", "Ohne Datum", "日付不明"),
    "pictures.unrelated": ("Without relations", "Ohne Beziehungen", "関係の記述なし"),
    "pictures.more": ("{n} more are not drawn; the data has all of them.", "{n} weitere sind nicht gezeichnet; die Daten enthalten alle.", "ほか{n}件は図に含まれていません（データには全件あります）。"),
    "pictures.table": ("The same as a table", "Dasselbe als Tabelle", "同じ内容の表"),
    "pictures.take": ("Take the picture away", "Bild mitnehmen", "図の保存"),
    "pictures.all": ("All pictures", "Alle Bilder", "すべての図"),
    "pictures.empty": ("The answer has nothing that can be drawn.", "Die Antwort enthält nichts, was sich zeichnen lässt.", "この回答には図にできるものがありません。"),
    # lists and comparisons
    # parameters of questions
    # search
    # editor
    # pages of terms
    # things
    # errors
    "error.line": ("Line {line}, column {column}", "Zeile {line}, Spalte {column}", "{line}行{column}列"),
    "error.home": ("To the front page", "Zur Startseite", "トップページへ"),
    "error.400": ("This request cannot be read", "Diese Anfrage ist nicht lesbar", "読み取れない要求です"),
    "error.403": ("Not done here", "Das geschieht hier nicht", "ここでは行えません"),
    "error.404": ("There is no such page", "Diese Seite gibt es nicht", "ページが見つかりません"),
    "error.405": ("Not this way", "So nicht", "この方法では利用できません"),
    "error.406": ("Not in this form", "Nicht in dieser Form", "この形式では提供できません"),
    "error.413": ("Too large", "Zu groß", "大きすぎます"),
    "error.415": ("Not in this form", "Nicht in dieser Form", "この形式は受け付けません"),
    "error.500": ("Something broke here", "Hier ist etwas zerbrochen", "内部で問題が起きました"),
    "error.503": ("Too busy just now", "Gerade überlastet", "現在混み合っています"),
    "error.504": ("It took too long", "Das dauerte zu lange", "時間がかかりすぎました"),
    "error.other": ("That did not work", "Das ging nicht", "うまくいきませんでした"),
}

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
           "September", "Oktober", "November", "Dezember"),
}
# fmt: on


def period(first: str, last: str, language: str) -> str:
    """Return a period between two days as one year or month, or as "" where it is neither.

    >>> period("2013-01-01", "2013-12-31", "en"), period("2020-03-01", "2020-03-31", "de")
    ('2013', 'März 2020')
    """
    begin, end = _parts(first), _parts(last)
    if begin is None or end is None or begin[:1] != end[:1] or begin[2] != 1:
        return ""
    year, month, _ = begin
    if begin[1:] == (1, 1) and end[1:] == (12, 31):
        return f"{year}年" if language == "ja" else f"{year}"
    if begin[1] == end[1] and end[2] == monthrange(year, month)[1]:
        if language == "ja":
            return f"{year}年{month}月"
        return f"{MONTHS.get(language, MONTHS['en'])[month - 1]} {year}"
    return ""


def text(key: str, language: str, **values: object) -> str:
    """Return the text with this key in ``language``, English where the pages do not speak it.

    >>> text("sparql.rows", "de", n=3)
    '3 Zeilen'
    """
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return TEXTS[key][column].format(**values)


def day(iso: str, language: str) -> str:
    """Return a day (``2017-09-20``) in words; what is no such day is returned as it is.

    >>> day("2017-09-20", "en"), day("2017-09-20", "ja"), day("-0044-03", "en")
    ('20 September 2017', '2017年9月20日', '-0044-03')
    """
    parts = _parts(iso)
    if parts is None:
        return iso
    year, month, number = parts
    if language == "ja":
        return f"{year}年{month}月{number}日"
    months = MONTHS.get(language, MONTHS["en"])
    return f"{number}{'.' if language == 'de' else ''} {months[month - 1]} {year}"


def _parts(iso: str) -> tuple[int, int, int] | None:
    """Return year, month and day of a date in the common era, None for anything else."""
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return None
    return found.year, found.month, found.day
