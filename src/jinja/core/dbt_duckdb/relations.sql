{# What DuckDB does its own way: relations, columns, comments, indexes. #}

{% macro duckdb__create_schema(relation) -%}
    {% call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier() }}
    {%- endcall %}
{%- endmacro %}

{% macro duckdb__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=true, auto_begin=false) -%}
        describe select * from {{ relation }}
    {%- endcall %}
    {% set columns = [] %}
    {% for row in load_result('get_columns_in_relation').table.rows %}
        {% do columns.append(api.Column.create(row['column_name'], row['column_type'])) %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}

{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- set header = config.get('sql_header') -%}
    {{ header if header is not none }}
    create {% if temporary %}temporary {% endif %}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
    as (
        {{ compiled_code }}
    );
{%- endmacro %}

{% macro duckdb__make_temp_relation(base_relation, suffix) %}
    {% set identifier = base_relation.identifier ~ suffix ~ run_started_at.strftime('%Y%m%d%H%M%S%f') %}
    {% do return(base_relation.incorporate(path={'identifier': identifier, 'schema': none, 'database': none})) %}
{% endmacro %}

{% macro duckdb__rename_relation(from_relation, to_relation) -%}
    {% call statement('rename_relation') -%}
        alter {{ to_relation.type or 'table' }} {{ from_relation }} rename to {{ adapter.quote(to_relation.identifier) }}
    {%- endcall %}
{%- endmacro %}

{% macro duckdb__get_drop_sql(relation) -%}
    drop {{ relation.type or 'table' }} if exists {{ relation }} cascade
{%- endmacro %}

{% macro duckdb__alter_relation_comment(relation, comment) -%}
    comment on {{ relation.type }} {{ relation }} is $dbt_comment_literal_block${{ comment }}$dbt_comment_literal_block$
{%- endmacro %}

{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- for name, column in column_dict.items() if name in present and column.description %}
        comment on column {{ relation }}.{{ adapter.quote(name) }} is $dbt_comment_literal_block${{ column.description }}$dbt_comment_literal_block$;
    {%- endfor %}
{%- endmacro %}

{% macro duckdb__get_create_index_sql(relation, index_dict) -%}
    {%- set columns = index_dict['columns'] | join(', ') -%}
    {%- set name = local_md5(relation ~ columns ~ index_dict.get('unique', false)) -%}
    create {% if index_dict.get('unique') %}unique {% endif %}index {{ adapter.quote(name) }} on {{ relation }} ({{ columns }})
{%- endmacro %}

{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set delimiter = model.config.delimiter or ',' -%}
    {%- set load_sql -%}
        copy {{ this.render() }} from '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}' (format csv, header true, delimiter '{{ delimiter }}')
    {%- endset -%}
    {% call statement('load_csv_rows') -%}
        {{ load_sql }}
    {%- endcall %}
    {{ return(load_sql) }}
{%- endmacro %}

{% macro duckdb__get_incremental_default_sql(arg_dict) %}
    {{ return(get_incremental_delete_insert_sql(arg_dict)) }}
{% endmacro %}

{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- set predicates = [incremental_predicates] if incremental_predicates is string else incremental_predicates or [] -%}
    {%- if unique_key is string %}
        delete from {{ target }}
        where ({{ unique_key }}) in (
            select ({{ unique_key }}) from {{ source }}
        )
        {%- for predicate in predicates %}
            and {{ predicate }}
        {%- endfor %};
    {%- elif unique_key %}
        delete from {{ target }} as DBT_INCREMENTAL_TARGET
        using {{ source }}
        where (
            {% for key in unique_key -%}
                {{ source }}.{{ key }} = DBT_INCREMENTAL_TARGET.{{ key }}{{ ' and ' if not loop.last }}
            {%- endfor %}
            {%- for predicate in predicates %}
                and {{ predicate }}
            {%- endfor %}
        );
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set conditions = [] -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key or []) -%}
        {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
    {%- endfor -%}
    {%- if not unique_key -%}
        {%- do conditions.append('FALSE') -%}
    {%- endif -%}
    {%- for predicate in ([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) -%}
        {%- do conditions.append(predicate) -%}
    {%- endfor -%}
    {%- set listed = config.get('merge_update_columns') or config.get('merge_exclude_columns') %}
    merge into {{ target }} as DBT_INTERNAL_DEST
        using {{ source }} as DBT_INTERNAL_SOURCE
        on ({{ conditions | join(' and ') }})
    {% if unique_key -%}
    when matched
        {%- if config.get('merge_update_condition') %} and {{ config.get('merge_update_condition') }}{% endif %} then update
        {%- if listed %} set
        {% for name in get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
            {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}
        {%- endfor %}
        {%- else %} by name{% endif %}
    {%- endif %}
    when not matched
        {%- if config.get('merge_insert_condition') %} and {{ config.get('merge_insert_condition') }}{% endif %} then insert by name
{%- endmacro %}

{% macro duckdb__list_relations_without_caching(schema_relation) %}
    {% call statement('list_relations_without_caching', fetch_result=true, auto_begin=false) -%}
        select table_catalog, table_schema, table_name,
            case table_type when 'BASE TABLE' then 'table' when 'VIEW' then 'view' else lower(table_type) end
        from information_schema.tables
        where lower(table_schema) = '{{ schema_relation.schema | lower | replace("'", "''") }}'
            and lower(table_catalog) = '{{ schema_relation.database | lower | replace("'", "''") }}'
    {%- endcall %}
    {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}

{% macro duckdb__list_schemas(database) -%}
    {% call statement('list_schemas', fetch_result=true, auto_begin=false) -%}
        select schema_name
        from information_schema.schemata
        where lower(catalog_name) = '{{ database | lower | replace("'", "''") }}'
    {%- endcall %}
    {{ return(load_result('list_schemas').table) }}
{%- endmacro %}
