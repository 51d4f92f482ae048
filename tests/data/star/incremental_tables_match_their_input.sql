-- An incremental table must hold what a full rebuild would: each key of its input and no other.
{% for star, input, key in [
    ('encounter_dim', 'int_synthea__encounters_enriched', 'encounter_id'),
    ('condition_dim', 'stg_synthea__conditions', 'condition_key'),
    ('procedure_dim', 'stg_synthea__procedures', 'procedure_key'),
    ('medication_dim', 'stg_synthea__medications', 'medication_key')
] -%}
select '{{ star }}' as table_name, star_rows.{{ key }} as star_key, input_rows.{{ key }} as input_key
from {{ ref(star) }} as star_rows
full outer join {{ ref(input) }} as input_rows on star_rows.{{ key }} = input_rows.{{ key }}
where star_rows.{{ key }} is null or input_rows.{{ key }} is null
{{ "union all" if not loop.last }}
{% endfor %}
