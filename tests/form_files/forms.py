"""A form whose labels show pictures, sound and film, with the files."""

from __future__ import annotations

from tests.support.attachments import JPEG, MP3, MP4, png

FORM = """
| survey |
|  | type          | name  | label::Italiano (it) | label::English (en) | image::Italiano (it) | image::English (en) | audio::Italiano (it) | audio::English (en) | video::Italiano (it) | video::English (en) |
|  | select_one ax | place | Quale luogo?         | Which place?        | map.png              | map-en.png          | heard.mp3            | heard.mp3           |                      |                     |
|  | note          | film  | Guardi il filmato    | Watch the film      |                      |                     |                      |                     | film.mp4             | film.mp4            |
|  | text          | why   | Perché?              | Why?                |                      |                     |                      |                     |                      |                     |
| choices |
|  | list_name | name  | label::Italiano (it) | label::English (en) | image::Italiano (it) | image::English (en) |
|  | ax        | park  | Il parco             | The park            | park.jpg             | park.jpg            |
|  | ax        | river | Il fiume             | The river           | river.png            | river.png           |
|  | ax        | none  | Nessuno              | None                |                      |                     |
| settings |
|  | form_title | default_language |
|  | Places     | Italiano (it)    |
"""  # noqa: E501
FILES = {
    "map.png": png(3, 2),
    "map-en.png": png(4, 2),
    "heard.mp3": MP3 + bytes(500),
    "film.mp4": MP4 + bytes(2000),
    "park.jpg": JPEG,
    "river.png": png(5, 5),
}
