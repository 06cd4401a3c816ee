"""A build on many machines: by an existing engine (Dask), through a storage that all of them see (fsspec).

::

    inputs ──split──▶ parts ──read (workers)──▶ pages and readings ──▶ workspace ──▶ batches of reports
                                                  storage                                 │ (workers)
    release ◀──publish (the code that a build on one machine has)── workspace ◀── results ◀┘ storage

Each task writes one file that is named by its content, then a note under the task's own name; done twice, it writes the
same bytes to the same place. So a lost worker costs its own tasks, and a build that is started again goes on.
"""

from ogp_graph.pipeline.cluster.client import Cluster

__all__ = ["Cluster"]
