{# DuckDB's snapshots: an update, then an insert. #}

{% macro duckdb__snapshot_merge_sql(target, source, insert_cols) -%}
    {%- set names = insert_cols | join(', ') -%}
    {%- set columns = _snapshot_columns() -%}
    {%- set last = config.get('dbt_valid_to_current') -%}
    {%- set valid_to = 'DBT_INTERNAL_TARGET.' ~ columns.dbt_valid_to -%}
    update {{ target }} as DBT_INTERNAL_TARGET
    set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }}::text = DBT_INTERNAL_TARGET.{{ columns.dbt_scd_id }}::text
        and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
        and {% if last %}({{ valid_to }} = {{ last }} or {{ valid_to }} is null){% else %}{{ valid_to }} is null{% endif %};

    insert into {{ target }} ({{ names }})
    select {% for name in insert_cols -%}
        DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}
    {%- endfor %}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;
{%- endmacro %}

{# The staging table goes at once: it lives as long as the connection. #}
{% macro duckdb__post_snapshot(staging_relation) %}
    {% do drop_relation_if_exists(staging_relation) %}
{% endmacro %}
