{# The catalog of DuckDB: what its own functions tell of tables, views and columns. #}

{% macro duckdb__get_catalog(information_schema, schemas) -%}
    {%- set conditions = [] -%}
    {%- for schema in schemas -%}
        {%- do conditions.append("upper(table_schema) = upper('" ~ schema ~ "')") -%}
    {%- endfor -%}
    {{ return(run_query(_duckdb_catalog_sql(information_schema.database, conditions | join(' or ')))) }}
{%- endmacro %}

{% macro duckdb__get_catalog_relations(information_schema, relations) -%}
    {%- set conditions = [] -%}
    {%- for relation in relations -%}
        {%- if not relation.schema -%}
            {%- do exceptions.raise_compiler_error('the catalog needs the schema of each relation') -%}
        {%- endif -%}
        {%- set condition = "upper(table_schema) = upper('" ~ relation.schema ~ "')" -%}
        {%- if relation.identifier -%}
            {%- set condition = condition ~ " and upper(table_name) = upper('" ~ relation.identifier ~ "')" -%}
        {%- endif -%}
        {%- do conditions.append('(' ~ condition ~ ')') -%}
    {%- endfor -%}
    {{ return(run_query(_duckdb_catalog_sql(information_schema.database, conditions | join(' or ')))) }}
{%- endmacro %}

{# The columns of all relations for which a condition holds. #}
{% macro _duckdb_catalog_sql(database, condition) %}
    with tables as (
        select * from (
            select
                t.database_name as table_database,
                t.schema_name as table_schema,
                t.table_name as table_name,
                'BASE TABLE' as table_type,
                t.comment as table_comment
            from duckdb_tables() t
            where upper(t.database_name) = upper('{{ database }}')
            union all
            select
                v.database_name as table_database,
                v.schema_name as table_schema,
                v.view_name as table_name,
                'VIEW' as table_type,
                v.comment as table_comment
            from duckdb_views() v
            where upper(v.database_name) = upper('{{ database }}')
        ) catalog_tables
        where ({{ condition }})
    ),
    columns as (
        select * from (
            select
                c.database_name as table_database,
                c.schema_name as table_schema,
                c.table_name as table_name,
                c.column_name as column_name,
                c.column_index as column_index,
                c.data_type as column_type,
                c.comment as column_comment
            from duckdb_columns() c
            where upper(c.database_name) = upper('{{ database }}')
        ) catalog_columns
        where ({{ condition }})
    )
    select
        tables.table_database,
        tables.table_schema,
        tables.table_name,
        tables.table_type,
        tables.table_comment,
        columns.column_name,
        columns.column_index,
        columns.column_type,
        columns.column_comment,
        null as table_owner
    from tables
    join columns using (table_database, table_schema, table_name)
    order by table_schema, table_name, column_index
{% endmacro %}
