{% for star, staged in [
    ('patient_fact', 'patients'), ('encounter_dim', 'encounters'), ('condition_dim', 'conditions'),
    ('procedure_dim', 'procedures'), ('medication_dim', 'medications'), ('provider_dim', 'providers'),
    ('organization_dim', 'organizations')
] -%}
select '{{ star }}' as table_name, star_rows.row_count, staged_rows.row_count as staged_count
from (select count(*) as row_count from {{ ref(star) }}) as star_rows
cross join (select count(*) as row_count from {{ ref('stg_synthea__' ~ staged) }}) as staged_rows
where star_rows.row_count <> staged_rows.row_count
{{ "union all" if not loop.last }}
{% endfor %}
