"""The engine that maps on a Spark cluster, with the functions that a load maps with.

session   how the cluster is reached
hadoop    files wherever Hadoop's classes reach
outputs   where what is mapped is written
tasks     what runs on the cluster: a file, or a piece of one, to a part; statements to partitions
engine    the driver: which tasks there are, and what their results make

Nothing here is imported but by `kg map --engine spark`: PySpark is an extra.
"""
