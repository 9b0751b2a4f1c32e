"""Owns the wordings, in other languages than English, that order a model about."""

from typing import Final, NamedTuple

from app.rules.suspicion.folding import fold_marks
from app.rules.suspicion.scanning import Pattern, compile_table, compile_wordings


class _Tongue(NamedTuple):
    """How a language says it; every field holds alternatives, "*" stands for any ending of a word.

    ignore: drop. earlier: that came before. told: instructions. tag: classify, as an order. text: this article.
    under: the word before the category.
    """

    ignore: str
    earlier: str
    told: str
    tag: str
    text: str
    under: str


_TONGUES: Final = (
    _Tongue(
        ignore="ignorier*|missacht*|vergiss|vergesst|vergessen sie|übergeh*|verwirf|verwerfen sie|beachte",
        earlier="vorherig*|bisherig*|obig*|früher*|vorangegangen*|vorig*|vorangehend*|alle|sämtlich*|deine*",
        told="anweisung*|instruktion*|vorgabe*|befehl*|prompt*|regeln|systemanweisung*|systemprompt*",
        tag="klassifizier*|kategorisier*|etikettier*|verschlagwort*|tagge|taggen sie|markier*|kennzeichne*|ordne*",
        text="diesen (artikel|text|beitrag)|den (artikel|text|beitrag)|dieses dokument|diese seite",
        under="als|unter|der kategorie|mit dem tag|mit dem schlagwort|dem tag",
    ),
    _Tongue(
        ignore="ignore*|oublie*|néglige*|ne tenez pas compte|ne tiens pas compte|fais abstraction|faites abstraction",
        earlier="précédent*|antérieur*|ci dessus|toutes|tous|reçues|initial*|au dessus",
        told="instruction*|consigne*|directive*|ordres|règles|invite*|prompt*",
        tag="class*|étiquet*|catégoris*|range*|marque*|tague*|attribue*|indexe*",
        text="cet article|ce texte|cette page|le texte|l article|ce document",
        under="comme|sous|dans|en tant que|avec|la catégorie|l étiquette",
    ),
    _Tongue(
        ignore="ignora|ignore|ignoren|olvida|olvide|olviden|descarta|descarte|omite|omita|no (tengas|tenga) en cuenta",
        earlier="anteriores|anterior|previas|previos|previa|de arriba|todas|todos|precedentes|recibidas|iniciales",
        told="instrucci*|indicaci*|órden*|orden|reglas|directri*|prompt*|mensajes",
        tag="clasific*|etiquet*|categoriz*|marca|marque|asign*|archiv*",
        text="este artículo|este texto|esta página|el texto|el artículo|este documento",
        under="como|bajo|en|con|la categoría|la etiqueta",
    ),
    _Tongue(
        ignore="ignora|ignorate|ignori|dimentica|dimenticate|dimentichi|tralascia|non tenere conto|non considerare",
        earlier="precedenti|precedente|di cui sopra|sopra|tutte|tutti|ricevute|iniziali",
        told="istruzion*|indicazion*|ordini|regole|direttive|comandi|prompt*",
        tag="classific*|etichett*|categorizz*|contrassegn*|assegn*|archivi*",
        text="questo articolo|questo testo|questa pagina|il testo|l articolo|questo documento",
        under="come|sotto|in|con|nella categoria|la categoria|l etichetta",
    ),
    _Tongue(
        ignore="ignore|ignora|ignorem|esqueça|esquece|esqueçam|desconsidere|desconsidera|despreze|não considere",
        earlier="anteriores|anterior|prévias|prévios|acima|todas|todos|precedentes|recebidas|iniciais",
        told="instruç*|ordens|regras|diretri*|orientaç*|comandos|prompt*",
        tag="classifi*|etiquet*|categoriz*|marque|marca|rotul*|atribu*",
        text="este artigo|este texto|esta página|o texto|o artigo|este documento",
        under="como|sob|em|com|na categoria|a categoria|a etiqueta",
    ),
    _Tongue(
        ignore="negeer|negeren|vergeet|sla over|laat buiten beschouwing",
        earlier="vorige|eerdere|voorgaande|bovenstaande|voorafgaande|alle|oorspronkelijke",
        told="instructie*|aanwijzing*|opdracht*|regels|richtlijn*|bevelen|prompt*",
        tag="classificeer|categoriseer|label|tag|markeer|deel|rangschik|etiketteer",
        text="dit artikel|deze tekst|deze pagina|het artikel|de tekst|dit document",
        under="als|onder|in bij|met|de categorie|in de categorie",
    ),
    _Tongue(
        ignore="zignoruj*|ignoruj*|zapomnij*|pomiń*|nie zważaj|odrzuć",
        earlier="poprzedni*|wcześniejsz*|powyższ*|wszystkie|wszelkie|dotychczasow*",
        told="instrukcj*|poleceni*|polecen*|wytyczn*|reguł*|zasad*|prompt*|rozkaz*",
        tag="sklasyfikuj*|zaklasyfikuj*|klasyfikuj*|oznacz*|otaguj*|przypisz*|skategoryzuj*",
        text="ten artykuł|ten tekst|tę stronę|ten wpis|tekst|artykuł|temu artykułowi",
        under="jako|do|pod|kategorię|tag|w kategorii",
    ),
    _Tongue(
        ignore="игнорируй*|проигнорируй*|забудь*|не обращай*|пренебреги*|отбрось*|игнорировать",
        earlier="предыдущ*|прежни*|вышеуказанн*|предшествующ*|все|всех|выше|ранее",
        told="инструкци*|указани*|команд*|правил*|распоряжени*|промпт*|директив*",
        tag="классифицируй*|отметь*|пометь*|присвой*|отнеси*|категоризируй*|тегируй*",
        text="эту статью|этот текст|эту страницу|данную статью|статью|этой статье|данный текст",
        under="как|к|под|в|тег|категорию|категории|метку",
    ),
    _Tongue(
        ignore="yok say*|görmezden gel*|dikkate alma*|unut|unutun|boş ver*|göz ardı et*",
        earlier="önceki|bundan önceki|yukarıdaki|tüm|bütün|daha önceki|ilk",
        told="talimat*|yönerge*|komut*|emir*|kural*|prompt*",
        tag="sınıflandır*|etiketle*|kategorize et*|işaretle*|ata|atayın",
        text="bu makaleyi|bu metni|bu yazıyı|bu sayfayı|makaleyi|metni|bu belgeyi",
        under="olarak|altında|kategorisi*|etiketi*",
    ),
    _Tongue(
        ignore="تجاهل|تجاهلي|تجاهلوا|انس|انسى|اهمل|لا تلتفت",
        earlier="السابقة|السابق|اعلاه|جميع|كل|كافة|المذكورة|الاصلية",
        told="التعليمات|تعليمات|الاوامر|اوامر|التوجيهات|تعليماتك|القواعد|الارشادات",
        tag="صنف|صنفوا|ضع|علم|ادرج|وسم|صنفي",
        text="هذا المقال|هذه المقالة|هذا النص|هذه الصفحة|المقال|النص",
        under="على انه|على انها|تحت|في|ضمن|ك*|بوصفه|كمقال",
    ),
)
_RUNS: Final = (
    "(忽略|无视|無視|忘记|忘記|不要理会|不要理會|不理会|抛开|跳过)(.{0,6})(之前|以上|先前|前面|上述|所有|此前|上面|一切|原有)"
    "(.{0,8})(指令|指示|说明|說明|提示|规则|規則|命令|要求|定义)",
    "(以前|これまで|上記|前|すべて|全て|先ほど|今まで|従来|元)の?(.{0,8})(指示|命令|プロンプト|ルール|指令|定義)(.{0,6})"
    "(無視|忘れ|破棄|従わない)",
)
_TAG_RUNS: Final = (
    "(把|将|將)?(本文|这篇文章|這篇文章|此文|该文章|此文章|这篇文本|本篇文章|本页)(.{0,4})(标记|分类|归类|归入|標記|分類|歸類|标注|打上|定为)",
    "(标记|分类|归类|標記|分類|歸類)(本文|这篇文章|這篇文章|此文|该文章)(为|為|到|至|成)?",
    "(この|本|当該|上記の)(記事|文章|文書|テキスト|ページ)(を|は|に)(.{0,24})(分類|タグ付け|タグを付け|ラベル|カテゴリ)(.{0,4})"
    "(してください|せよ|しなさい|すること|付けて|すべき|として)",
)


_OVERRIDES = """
{ignore} ..3 {earlier} ..3 {told}
{ignore} ..3 {told} ..3 {earlier}
{earlier} ..2 {told} ..3 {ignore}
{told} ..2 {earlier} ..2 {ignore}
"""
"""The order of words differs from language to language: all that occur."""
_ORDERS = """
{tag} ..1 {text} ..3 {under}
{text} ..6 {under} ..4 {tag}
"""


def _compile() -> tuple[Pattern, ...]:
    found: list[Pattern] = []
    for tongue in _TONGUES:
        words = {name: fold_marks(f"({said})").replace(" ", "_") for name, said in tongue._asdict().items()}
        found += compile_wordings([("overrides_instructions", _OVERRIDES), ("orders_a_tag", _ORDERS)], words)
    return tuple(found)


TONGUES = _compile()
"""For words between spaces."""
RUNS = compile_table(
    [
        ("overrides_instructions", tuple(map(fold_marks, _RUNS))),
        ("orders_a_tag", tuple(map(fold_marks, _TAG_RUNS))),
    ]
)
"""For languages that put no space between words."""
