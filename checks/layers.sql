-- Only staging reads sources, and staging reads nothing else but seeds.
select child.unique_id, child.name, parent.name as reads
from edges
join nodes as child on child.unique_id = edges.child
join nodes as parent on parent.unique_id = edges.parent
where child.resource_type = 'model'
    and (
        parent.resource_type = 'source' and child.fqn[2] <> 'staging'
        or parent.resource_type = 'model' and child.fqn[2] = 'staging'
    )
