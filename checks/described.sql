-- Every model and every seed says what it is.
select unique_id, name from nodes where resource_type in ('model', 'seed') and coalesce(description, '') = ''
