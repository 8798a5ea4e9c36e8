"""Do reviewers overlap enough to be compared? Pure reads of the graph of reviewers and their dossiers.

Two reviewers are compared through the dossiers they share, or through a chain of them. A group that shares nothing
with the others cannot be compared with them at all; one that hangs by a single dossier, or by a single person, is
compared through that one's luck.
"""

from collections import defaultdict


def graph_of(scores):
    """{node: set of neighbours}; a node is ("dossier", key) or ("reviewer", key).

    Args:
        scores: list of (dossier key, reviewer key, score).
    """
    graph = defaultdict(set)
    for dossier, reviewer, _ in scores:
        graph["dossier", dossier].add(("reviewer", reviewer))
        graph["reviewer", reviewer].add(("dossier", dossier))
    return dict(graph)


def groups_of(graph):
    """The connected parts of a graph, each a set of nodes, in the order in which their first node comes."""
    left, groups = dict.fromkeys(graph), []
    while left:
        group, found = set(), [next(iter(left))]
        while found:
            node = found.pop()
            if node not in group:
                group.add(node)
                left.pop(node)
                found += graph[node] - group
        groups.append(group)
    return groups


def without_lone_dossiers(graph):
    """The graph without the dossiers that one person alone scored: they compare nobody."""
    lone = {node for node, near in graph.items() if node[0] == "dossier" and len(near) == 1}
    return {node: near - lone for node, near in graph.items() if node not in lone}


def bridges_of(graph):
    """The nodes without which reviewers fall apart into groups that share nothing (cut vertices).

    Args:
        graph: a connected graph, without its lone dossiers: each part that a removal leaves then holds a reviewer.
    """
    if not graph:
        return set()
    walk = Walk(graph, next(iter(graph)))
    walk.run()
    return walk.cuts


class Walk:
    """Depth-first numbering (Hopcroft and Tarjan, 1973), without recursion: a wave is deeper than Python's stack."""

    def __init__(self, graph, root):
        self.graph, self.root = graph, root
        self.number, self.low, self.cuts = {root: 0}, {root: 0}, set()
        self.children = 0

    def run(self):
        stack = [(self.root, None, iter(self.graph[self.root]))]
        while stack:
            node, parent, near = stack[-1]
            child = self.next_child(node, parent, near)
            if child is not None:
                self.number[child] = self.low[child] = len(self.number)
                stack.append((child, node, iter(self.graph[child])))
                continue
            stack.pop()
            if parent is not None:
                self.leave(node, parent)
        if self.children > 1:
            self.cuts.add(self.root)

    def next_child(self, node, parent, near):
        """The next neighbour not yet met; those met already tell how high `node` reaches."""
        for other in near:
            if other not in self.number:
                return other
            if other != parent:
                self.low[node] = min(self.low[node], self.number[other])
        return None

    def leave(self, node, parent):
        self.low[parent] = min(self.low[parent], self.low[node])
        if parent == self.root:
            self.children += 1
        elif self.low[node] >= self.number[parent]:
            self.cuts.add(parent)
