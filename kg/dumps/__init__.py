"""Dumps: the whole graph as files, built once a snapshot and in one pass; the same graph gives the same bytes.

    snapshots/<id>/exports/kg.nt.zst, papers.parquet, …   the files
    snapshots/<id>/exports/manifest.json                  what they are; written last
    snapshots/<id>/exports/SHA256SUMS                     their checksums
    snapshots/<id>/exports/building.lock                  whoever builds holds it

What a killed build leaves is removed by the next one, and with the snapshot at the latest.
"""
