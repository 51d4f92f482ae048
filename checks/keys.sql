-- Every model has a key that is tested: a column that is unique, or columns that are together.
select unique_id, name
from nodes
where resource_type = 'model'
    -- One row alone, and periods that the source gives no key.
    and name not in ('int_synthea__as_of', 'stg_synthea__payer_transitions')
    and unique_id not in (
        select node from tests where test in ('unique', 'unique_combination_of_columns') and node is not null
    )
