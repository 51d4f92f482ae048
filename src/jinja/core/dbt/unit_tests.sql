{# Unit tests: rows given by hand in place of what a model reads, and rows expected of it. #}

{% materialization unit, default %}
    {%- set expected_rows = config.get('expected_rows') -%}
    {%- set expected_sql = config.get('expected_sql') -%}
    {%- set tested = expected_rows[0].keys() if expected_rows else get_columns_in_query(sql) -%}
    {# The types are those of the model's own columns, learnt from a table without rows. #}
    {%- set temporary = make_temp_relation(this.incorporate(type='table')) -%}
    {%- do run_query(get_create_table_as_sql(true, temporary, get_empty_subquery_sql(sql))) -%}
    {%- set types, quoted = {}, {} -%}
    {%- for column in adapter.get_columns_in_relation(temporary) -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}
    {%- set names = [] -%}
    {%- for name in tested -%}
        {%- do names.append(quoted.get(name | lower, name)) -%}
    {%- endfor -%}
    {%- if not expected_sql -%}
        {%- set expected_sql = get_expected_sql(expected_rows, types, quoted) -%}
    {%- endif -%}
    {% call statement('main', fetch_result=true) -%}
        {{ get_unit_test_sql(sql, expected_sql, names) }}
    {%- endcall %}
    {%- do adapter.drop_relation(temporary) -%}
    {{ return({'relations': [temporary]}) }}
{% endmaterialization %}

{# The rows that a model gives and those that it should, told apart by a column. (dispatched) #}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {{ adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {%- set names = expected_column_names | join(', ') -%}
    {%- set mark = adapter.quote('actual_or_expected') -%}
    with dbt_internal_unit_test_actual as (
        select {{ names }}, {{ dbt.string_literal('actual') }} as {{ mark }}
        from (
            {{ main_sql }}
        ) _dbt_internal_unit_test_actual
    ),
    dbt_internal_unit_test_expected as (
        select {{ names }}, {{ dbt.string_literal('expected') }} as {{ mark }}
        from (
            {{ expected_fixture_sql }}
        ) _dbt_internal_unit_test_expected
    )
    select * from dbt_internal_unit_test_actual
    union all
    select * from dbt_internal_unit_test_expected
{%- endmacro %}

{# Rows given by hand as a query; columns that they leave out are null. Without types, those of the present relation. #}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
    {%- set types, quoted = column_name_to_data_types or {}, {} -%}
    {%- if not column_name_to_data_types -%}
        {%- set relation = defer_relation if defer_relation and not load_relation(this) else this -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do types.update({column.name | lower: column.data_type}) -%}
            {%- do quoted.update({column.name | lower: column.quoted}) -%}
        {%- endfor -%}
        {%- if not types -%}
            {%- do exceptions.raise_compiler_error(
                'the columns of ' ~ relation.render() ~ ' are not known: build it first, or give the fixture as SQL') -%}
        {%- endif -%}
    {%- endif -%}
    {%- do get_columns_for_unit_tests(types) -%}
    {%- set empty = {} -%}
    {%- for name, type in types.items() -%}
        {%- do empty.update({name: safe_cast('null', type | trim)}) -%}
    {%- endfor -%}
    {%- do validate_fixture_rows(rows, row_number) -%}
    {%- for row in rows -%}
        {%- set full = empty.copy() -%}
        {%- do full.update(format_row(row, types)) %}
        {{ _fixture_row(full, quoted) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- if not rows %}
        {{ _fixture_row(empty, quoted) }}
        limit 0
    {%- endif %}
{% endmacro %}

{# One row as a query. #}
{% macro _fixture_row(values, quoted) -%}
    select {% for name, value in values.items() -%}
        {{ value }} as {{ quoted.get(name, name) }}{{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Changes the types of a fixture's columns, where a database cannot cast to them. (dispatched) #}
{% macro get_columns_for_unit_tests(types) %}
    {{ return(adapter.dispatch('get_columns_for_unit_tests', 'dbt')(types)) }}
{% endmacro %}

{% macro default__get_columns_for_unit_tests(types) %}
    {{ return(types) }}
{% endmacro %}

{# Expected rows as a query. #}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
    {%- if not rows %}
        select * from dbt_internal_unit_test_actual
        limit 0
    {%- endif -%}
    {%- for row in rows %}
        {{ _fixture_row(format_row(row, column_name_to_data_types), column_name_to_quoted) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{% endmacro %}

{# A row's values as casts to the types of their columns, under names in small letters. #}
{%- macro format_row(row, column_name_to_data_types) -%}
    {%- set formatted = {} -%}
    {%- for name, value in row.items() -%}
        {%- if name | lower not in column_name_to_data_types -%}
            {%- do exceptions.raise_compiler_error(
                "the fixture has a column '" ~ name ~ "' that '" ~ model.name ~ "' does not have; it has: "
                ~ column_name_to_data_types.keys() | join(', ')) -%}
        {%- endif -%}
        {%- set type = column_name_to_data_types[name | lower] -%}
        {%- if value is string -%}
            {# A text that is too long is a difference to be seen, and not cut. #}
            {%- set type = 'character varying' if type.startswith('character varying(') else type -%}
            {%- set written = dbt.string_literal(dbt.escape_single_quotes(value)) -%}
        {%- elif value is none -%}
            {%- set written = 'null' -%}
        {%- else -%}
            {%- set written = value -%}
        {%- endif -%}
        {%- do formatted.update({name | lower: safe_cast(written, type)}) -%}
    {%- endfor -%}
    {{ return(formatted) }}
{%- endmacro -%}

{# Stops when rows cannot be used as a fixture. (dispatched) #}
{%- macro validate_fixture_rows(rows, row_number) -%}
    {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro -%}

{%- macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro -%}
