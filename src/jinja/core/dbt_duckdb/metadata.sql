{# What DuckDB tells of its schemas and relations. #}

{% macro duckdb__list_schemas(database) -%}
    {% call statement('list_schemas', fetch_result=true, auto_begin=false) -%}
        select schema_name
        from system.information_schema.schemata
        {% if database is not none -%}
        where lower(catalog_name) = '{{ database | lower | replace('"', '') }}'
        {%- endif %}
    {%- endcall %}
    {{ return(load_result('list_schemas').table) }}
{%- endmacro %}

{% macro duckdb__check_schema_exists(information_schema, schema) -%}
    {% call statement('check_schema_exists', fetch_result=true, auto_begin=false) -%}
        select count(*)
        from system.information_schema.schemata
        where lower(schema_name) = '{{ schema | lower }}'
            and lower(catalog_name) = '{{ information_schema.database | lower }}'
    {%- endcall %}
    {{ return(load_result('check_schema_exists').table) }}
{%- endmacro %}

{% macro duckdb__list_relations_without_caching(schema_relation) %}
    {% call statement('list_relations_without_caching', fetch_result=true, auto_begin=false) -%}
        select
            '{{ schema_relation.database }}' as database,
            table_name as name,
            table_schema as schema,
            CASE table_type
                WHEN 'BASE TABLE' THEN 'table'
                WHEN 'VIEW' THEN 'view'
                WHEN 'LOCAL TEMPORARY' THEN 'table'
            END as type
        from system.information_schema.tables
        where lower(table_schema) = '{{ schema_relation.schema | lower }}'
            and lower(table_catalog) = '{{ schema_relation.database | lower }}'
    {%- endcall %}
    {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}
