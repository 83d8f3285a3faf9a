"""Countries, states and provinces as addresses name them."""

from __future__ import annotations

import re

from kg.linking.names import folded_text

# Code, then the names that addresses use; ISO 3166-1. Names that are towns' or people's as well are left out.
_COUNTRIES = """
AD andorra|AE united arab emirates|AF afghanistan|AL albania|AM armenia|AO angola|AR argentina|AT austria,osterreich
AU australia|AZ azerbaijan|BA bosnia,bosnia and herzegovina|BD bangladesh|BE belgium,belgique,belgie|BF burkina faso
BG bulgaria|BH bahrain|BJ benin|BN brunei|BO bolivia|BR brazil,brasil|BW botswana|BY belarus|CA canada
CD democratic republic of the congo|CH switzerland,schweiz,suisse,svizzera|CI cote d ivoire,ivory coast
CL chile|CM cameroon|CN china,p r china,pr china,people s republic of china,prc|CO colombia|CR costa rica|CU cuba
CY cyprus|CZ czech republic,czechia|DE germany,deutschland,frg,brd|DK denmark,danmark|DO dominican republic|DZ algeria
EC ecuador|EE estonia|EG egypt|ES spain,espana|ET ethiopia|FI finland,suomi|FJ fiji|FR france|GA gabon
GB united kingdom,uk,u k,england,scotland,wales,northern ireland,great britain|GE republic of georgia|GH ghana
GR greece,hellas|GT guatemala|HK hong kong|HN honduras|HR croatia|HU hungary|ID indonesia|IE ireland|IL israel|IN india
IQ iraq|IR iran|IS iceland|IT italy,italia|JM jamaica|JO jordan|JP japan|KE kenya|KH cambodia
KR korea,south korea,republic of korea,rok|KW kuwait|KZ kazakhstan|LA laos|LB lebanon|LK sri lanka|LT lithuania
LU luxembourg|LV latvia|LY libya|MA morocco,maroc|MD moldova|ME montenegro|MK macedonia,north macedonia|ML mali
MN mongolia|MO macau,macao|MT malta|MU mauritius|MW malawi|MX mexico|MY malaysia|MZ mozambique|NA namibia|NG nigeria
NI nicaragua|NL netherlands,the netherlands,nederland,holland|NO norway,norge|NP nepal|NZ new zealand|OM oman|PA panama
PE peru|PH philippines|PK pakistan|PL poland,polska|PR puerto rico|PS palestine|PT portugal|PY paraguay|QA qatar
RO romania|RS serbia|RU russia,russian federation,ussr|RW rwanda|SA saudi arabia|SD sudan|SE sweden,sverige
SG singapore|SI slovenia|SK slovakia,slovak republic|SN senegal|SV el salvador|SY syria|TH thailand|TN tunisia
TR turkey,turkiye|TT trinidad and tobago|TW taiwan,taiwan roc,r o c|TZ tanzania|UA ukraine|UG uganda
US united states,usa,u s a,united states of america,us,u s|UY uruguay|UZ uzbekistan|VE venezuela|VN vietnam,viet nam
YE yemen|ZA south africa|ZM zambia|ZW zimbabwe
"""
_STATES = """
US alabama|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho|illinois|indiana|iowa|kansas
US kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada
US new hampshire|new jersey|new mexico|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island
US south carolina|south dakota|tennessee|texas|utah|vermont|virginia|west virginia|wisconsin|wyoming|calif|mass
CA ontario|quebec|british columbia|alberta|manitoba|saskatchewan|nova scotia|new brunswick|newfoundland
AU new south wales|victoria|queensland|tasmania|western australia|south australia
"""
# In capitals, and the last words of a part, or before a number.
_ABBREVIATED = re.compile(
    r"\b(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])"
    r"(?=$|[\s.]+\d{5}|[.,;]|\s+USA?\b)"
)
_CANADIAN = re.compile(r"\b(?:ON|QC|BC|AB|MB|SK|NS|NB)(?=$|[.,;]|\s+[A-Z]\d[A-Z])")


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in _COUNTRIES.replace("\n", "|").split("|"):
        code, _, names = entry.strip().partition(" ")
        found.update((name, code) for name in names.split(",") if name)
    for line in _STATES.strip().splitlines():
        code, _, names = line.partition(" ")
        found.update((name, code) for name in names.split("|"))
    return found


_CODES = _table()
_NAMES = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _CODES), key=len, reverse=True)) + r")\b")
_NOT_WORD = re.compile(r"[\W_]+")


def countries(address: str) -> frozenset[str]:
    """The countries that an address names, itself or by a state, as ISO 3166-1 codes; 'Georgia' is none for sure.

    >>> sorted(countries("Dept. of Physics, Univ. of Iowa, Iowa City, IA 52242")), sorted(countries("Paris, France"))
    (['US'], ['FR'])
    """
    plain = _NOT_WORD.sub(" ", folded_text(address))
    found = {_CODES[match[0]] for match in _NAMES.finditer(plain)}
    if _ABBREVIATED.search(address):
        found.add("US")
    if _CANADIAN.search(address):
        found.add("CA")
    return frozenset(found)
