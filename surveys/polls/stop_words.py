"""Words that say nothing of what a text is about, in Italian, English and French; without accents, in small letters."""

from __future__ import annotations

_ARTICLES = "il lo la i gli le l un uno una the a an les des du de d del dello della dei degli delle"
_OTHERS = """
    al allo alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui sugli
    sulle di da in con su per tra fra e ed o od ma se che chi cui non piu meno molto molta molti molte poco poca pochi
    poche tanto tanta tanti tante tutto tutta tutti tutte troppo troppa troppi troppe anche ancora gia mai sempre come
    dove quando perche quindi allora questo questa questi queste quello quella quelli quelle mio mia miei mie tuo tua
    suo sua suoi sue nostro nostra nostri nostre vostro vostra loro mi ti ci vi si ne io tu lui lei noi voi essere sono
    sei siamo siete e stato stata era ho hai ha abbiamo avete hanno avere fare fatto fa fanno puo possono potrebbe deve
    devono dovrebbe vorrei voglio vogliamo serve servono ci c qui qua li la altro altra altri altre ogni nuovo nuova
    nuovi nuove bene male meglio
    and or but if that which who not more less much many few all also still already never always how where when why so
    then this these those my your his her our their me you him us them it its i we they is are was were be been have has
    had do does did can could should would will want need needs of to in on at for with from by as into about there here
    other every new good better no yes
    et ou mais si que qui ne pas plus moins beaucoup peu tout toute tous toutes trop aussi encore deja jamais toujours
    comme quand pourquoi alors ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je te il
    elle nous vous ils elles on se en y est sont etait etre ai as a avons avez ont avoir faire fait peut peuvent doit
    doivent faut au aux dans sur pour par avec sans entre autre autres chaque nouveau nouvelle nouveaux nouvelles bien
"""
ARTICLES = frozenset(_ARTICLES.split())
STOP_WORDS = ARTICLES | frozenset(_OTHERS.split())
