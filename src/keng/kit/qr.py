"""An address as a picture to scan."""


def qr_data_address(address: str, *, scale: int = 4, border: int = 4) -> str:
    """The picture as a data: address, black on white in every theme."""
    import segno  # noqa: PLC0415 -- only to draw

    code = segno.make(address, error="m")
    return str(code.svg_data_uri(scale=scale, border=border, light="#fff"))


def qr_svg(address: str) -> str:
    """The picture as SVG, without a rim: whoever sets it leaves the white around it."""
    import segno  # noqa: PLC0415 -- only to draw

    return str(segno.make(address, error="m").svg_inline(border=0))
