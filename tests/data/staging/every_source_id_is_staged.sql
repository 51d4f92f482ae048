-- Staging may drop repeated rows only: as many ids must leave it as are in the file.
{% for file, key in [
    ('patients', 'patient_id'), ('encounters', 'encounter_id'), ('organizations', 'organization_id'),
    ('providers', 'provider_id'), ('payers', 'payer_id')
] -%}
select '{{ file }}' as file, source_ids.id_count, staged_rows.row_count
from (
    select count(distinct {{ raw_text(source_columns(file).get('id', 'id')) }}) as id_count
    from {{ source('synthea', file) }}
) as source_ids
cross join (select count(*) as row_count from {{ ref('stg_synthea__' ~ file) }}) as staged_rows
where source_ids.id_count <> staged_rows.row_count
{{ "union all" if not loop.last }}
{% endfor %}
