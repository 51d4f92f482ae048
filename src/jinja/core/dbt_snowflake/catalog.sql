{# The catalog of Snowflake: tables, columns and what is counted of them, from the information schema. #}

{% macro snowflake__get_catalog(information_schema, schemas) -%}
    {%- set conditions = [] -%}
    {%- for schema in schemas -%}
        {%- do conditions.append(_snowflake_same_name('"table_schema"', schema)) -%}
    {%- endfor -%}
    {{ return(run_query(_snowflake_catalog_sql(information_schema, '(' ~ conditions | join(') or (') ~ ')'))) }}
{%- endmacro %}

{% macro snowflake__get_catalog_relations(information_schema, relations) -%}
    {%- set conditions = [] -%}
    {%- for relation in relations -%}
        {%- if not relation.schema -%}
            {%- do exceptions.raise_compiler_error('the catalog needs the schema of each relation') -%}
        {%- endif -%}
        {%- set condition = _snowflake_same_name('"table_schema"', relation.schema) -%}
        {%- if relation.identifier -%}
            {%- set condition = condition ~ ' and ' ~ _snowflake_same_name('"table_name"', relation.identifier) -%}
        {%- endif -%}
        {%- do conditions.append(condition) -%}
    {%- endfor -%}
    {{ return(run_query(_snowflake_catalog_sql(information_schema, '(' ~ conditions | join(') or (') ~ ')'))) }}
{%- endmacro %}

{# Both forms: the first can be pushed down, the second takes no wildcard. #}
{% macro _snowflake_same_name(column, name) -%}
    {{ column }} ilike '{{ name }}' and upper({{ column }}) = upper('{{ name }}')
{%- endmacro %}

{# One thing that is counted of a table: label, value, description, whether it is known. #}
{% macro _snowflake_statistic(key, label, value, description, known) -%}
    '{{ label }}' as "stats:{{ key }}:label",
    {{ value }} as "stats:{{ key }}:value",
    '{{ description }}' as "stats:{{ key }}:description",
    ({{ known }}) as "stats:{{ key }}:include"
{%- endmacro %}

{# The columns of all relations for which a condition holds. #}
{% macro _snowflake_catalog_sql(information_schema, condition) %}
    with tables as (
        select
            table_catalog as "table_database",
            table_schema as "table_schema",
            table_name as "table_name",
            case when is_dynamic = 'YES' and table_type = 'BASE TABLE' then 'DYNAMIC TABLE' else table_type end as "table_type",
            comment as "table_comment",
            table_owner as "table_owner",
            {{ _snowflake_statistic('clustering_key', 'Clustering Key', 'clustering_key', 'What rows are kept together by', 'clustering_key is not null') }},
            {{ _snowflake_statistic('row_count', 'Row Count', 'row_count', 'How many rows there are, about', 'row_count is not null') }},
            {{ _snowflake_statistic('bytes', 'Approximate Size', 'bytes', 'How many bytes the rows take, about', 'bytes is not null') }},
            {{ _snowflake_statistic(
                'last_modified', 'Last Modified',
                "to_varchar(convert_timezone('UTC', last_altered), 'yyyy-mm-dd HH24:MI' || 'UTC')",
                'When the table was last changed', "last_altered is not null and table_type = 'BASE TABLE'") }}
        from {{ information_schema }}.tables
        where ({{ condition }})
    ),
    columns as (
        select
            table_catalog as "table_database",
            table_schema as "table_schema",
            table_name as "table_name",
            column_name as "column_name",
            ordinal_position as "column_index",
            data_type as "column_type",
            comment as "column_comment"
        from {{ information_schema }}.columns
        where ({{ condition }})
    )
    select *
    from tables
    join columns using ("table_database", "table_schema", "table_name")
    order by "column_index"
{% endmacro %}
