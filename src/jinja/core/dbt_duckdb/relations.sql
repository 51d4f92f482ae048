{# DuckDB's relations: schemas, temporary tables, creating, dropping and renaming. #}

{# Attached databases of other kinds (sqlite, mysql) know no schemas to make. #}
{% macro duckdb__create_schema(relation) -%}
    {%- set kinds = run_query(
        "select type from duckdb_databases() where lower(database_name) = '" ~ relation.database | lower ~ "' and type != 'duckdb'"
    ) -%}
    {%- if not (kinds and kinds.rows and kinds.rows[0][0] in ['sqlite', 'mysql']) -%}
        {% call statement('create_schema') -%}
            create schema if not exists {{ relation.without_identifier() }}
        {%- endcall %}
    {%- endif -%}
{%- endmacro %}

{# Temporary tables live in a schema of the connection's own. #}
{% macro duckdb__make_temp_relation(base_relation, suffix) %}
    {% set identifier = base_relation.identifier ~ suffix ~ py_current_timestring() %}
    {% do return(base_relation.incorporate(path={'identifier': identifier, 'schema': none, 'database': none})) %}
{% endmacro %}

{# With a contract the table is made first, then filled. #}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- if language != 'sql' -%}
        {%- do exceptions.raise_compiler_error('models in ' ~ language ~ ' cannot be run: write the model in SQL') -%}
    {%- endif -%}
    {%- set name = relation.include(database=(not temporary), schema=(not temporary)) %}
    {%- set has_contract = (config.get('contract') or {}).enforced %}
    {%- if has_contract %}
        {{ get_assert_columns_equivalent(compiled_code) }}
    {%- endif %}
    {{ config.get('sql_header') or '' }}
    {%- if has_contract and not temporary %}
        create table {{ name }}
        {{ get_table_columns_and_constraints() }};
        insert into {{ name }} {{ '(' ~ adapter.dispatch('get_column_names', 'dbt')() ~ ')' }} (
            {{ get_select_subquery(compiled_code) }}
        );
    {%- else %}
        create {{ 'temporary ' if temporary }}table
            {{ name }}
        as (
            {{ compiled_code }}
        );
    {%- endif %}
{%- endmacro %}

{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if (config.get('contract') or {}).enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    {{ config.get('sql_header') or '' }}
    create view {{ relation }} as (
        {{ sql }}
    );
{%- endmacro %}

{# A relation is altered as what it is. #}
{% macro duckdb__rename_relation(from_relation, to_relation) -%}
    {% call statement('rename_relation') -%}
        alter {{ to_relation.type or 'table' }} {{ from_relation }} rename to {{ adapter.quote(to_relation.identifier) }}
    {%- endcall %}
{%- endmacro %}

{# An index is named by a fingerprint of what it is. #}
{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
    {%- set index = adapter.parse_index(index_dict) -%}
    {%- set columns = index.columns | join(', ') -%}
    {%- set name = local_md5(relation ~ '_' ~ columns ~ '_' ~ index.unique ~ '_' ~ run_started_at) -%}
    create {{ 'unique ' if index.unique }}index "{{ name }}" on {{ relation }} ({{ columns }});
{%- endmacro %}

{# Drops the indexes of a table, which would keep it from being renamed. #}
{% macro drop_indexes_on_relation(relation) -%}
    {%- set found = run_query(
        "select index_name from duckdb_indexes() where database_name = '" ~ relation.database
        ~ "' and schema_name = '" ~ relation.schema ~ "' and table_name = '" ~ relation.identifier ~ "'"
    ) if relation.is_table else none -%}
    {%- for row in found or [] -%}
        {%- do run_query('drop index ' ~ relation.without_identifier() ~ '.' ~ adapter.quote(row[0])) -%}
    {%- endfor -%}
{%- endmacro %}
