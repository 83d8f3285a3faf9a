"""From source files to a published snapshot: read, map, load, publish.

inputs    which files, of which datasets
mapping   chunks of files to statements, over all cores
datasets  the parts and segments that result
loading   all of it at once, and what can be asked of a store

Without a store (`kg map`), for other stores or to be loaded later:

local, spark  the engines: processes of this machine, or a cluster
partitions    statements in files for any store
mapped        taking what was mapped into a store
"""

from kg.pipeline.datasets import LoadReport, Options
from kg.pipeline.inputs import dataset_of, find_inputs, name_datasets
from kg.pipeline.loading import is_up_to_date, is_whole, link, load, load_seeds, rebuild, remove, repair
from kg.pipeline.mapped import take
from kg.progress import silent

__all__ = [
    "LoadReport",
    "Options",
    "dataset_of",
    "find_inputs",
    "is_up_to_date",
    "is_whole",
    "link",
    "load",
    "load_seeds",
    "name_datasets",
    "rebuild",
    "remove",
    "repair",
    "silent",
    "take",
]
