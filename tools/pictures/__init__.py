"""How the pictures are drawn: poses as data, a small person in space, and SVG. Only `tools/build_pictures.py` needs it.

`poses/<stretch>.toml` says where pelvis, hands and feet are. `pose` reads it, `skeleton` finds the joints, `flesh` puts
rounded limbs around the bones, `head` and `props` add the rest, `drawing` paints it all from back to front, and `scene`
puts a step together. `limits` says what a body can do; the tests hold every pose to it.
"""

from __future__ import annotations
