"""Which codes count where several coders coded a turn. Pure.

Every turn counts once. Where coders differed and it was decided between them, what was decided;
else what the coder said to whom the recording was assigned first, because a second coder's codes
are there to measure the first's.
"""

import polars as pl


def settled(asked: pl.DataFrame, said: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Of one axis: `unit` and `code`, the leading one first, of every turn that was to be coded; a
    turn without a code has one row, and none in it. By unit.

    `asked`, `said`: as in `Material`. `decided`: `unit`, `code` and `is_primary`, in their order;
    one row without a code: that none fits.
    """
    first = asked.group_by("unit").agg(pl.col("place").min())
    own = said.join(first, on=["unit", "place"], maintain_order="left").select("unit", "code")
    own = own.join(decided, on="unit", how="anti", maintain_order="left")
    named = decided.filter(pl.col("code").is_not_null()).select("unit", "code")
    codes = pl.concat([own, named.join(first, on="unit", how="semi", maintain_order="left")])
    silent = first.join(codes, on="unit", how="anti").select(
        "unit", pl.lit(None, pl.String).alias("code")
    )
    return pl.concat([codes, silent]).sort("unit", maintain_order=True)
