{# Snapshots: rows as they were, with the times between which they held. #}

{# The moment that changes of a snapshot are dated with. (dispatched) #}
{% macro snapshot_get_time() -%}
    {{ adapter.dispatch('snapshot_get_time', 'dbt')() }}
{%- endmacro %}

{% macro default__snapshot_get_time() -%}
    {{ current_timestamp() }}
{%- endmacro %}

{# A literal of a moment, to be compared with the times of a snapshot. (dispatched) #}
{% macro snapshot_string_as_time(timestamp) -%}
    {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) -%}
    {% do exceptions.raise_not_implemented('snapshot_string_as_time is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# The fingerprint of some expressions, nulls being empty texts. (dispatched) #}
{% macro snapshot_hash_arguments(args) -%}
    {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
    md5({% for arg in args -%}
        {{ " || '|' || " if not loop.first }}coalesce(cast({{ arg }} as varchar), '')
    {%- endfor %})
{%- endmacro %}

{# The type that the moment of a snapshot has here. #}
{% macro get_snapshot_get_time_data_type() %}
    {% set described = get_column_schema_from_query('select ' ~ snapshot_get_time() ~ ' as dbt_snapshot_time') %}
    {{ return(described[0].dtype) }}
{% endmacro %}

{# The type that the column of a snapshot's time has. #}
{% macro get_updated_at_column_data_type(snapshot_sql) %}
    {% set wanted = config.get('updated_at') | lower %}
    {% for column in get_column_schema_from_query(snapshot_sql) if column.column | lower == wanted %}
        {{ return(column.dtype) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{# Warns when the moment of a snapshot and its column of time are of different types. (dispatched) #}
{% macro check_time_data_types(sql) %}
    {{ return(adapter.dispatch('check_time_data_types', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__check_time_data_types(sql) %}
    {% set own, given = get_snapshot_get_time_data_type(), get_updated_at_column_data_type(sql) %}
    {% if own is not none and given is not none and own | lower != given | lower %}
        {% do exceptions.warn_snapshot_timestamp_data_types(own, given) %}
    {% endif %}
{% endmacro %}

{# The names of a snapshot's own columns, before a project gives them others. (dispatched) #}
{% macro get_snapshot_table_column_names() %}
    {{ return({
        'dbt_valid_to': 'dbt_valid_to',
        'dbt_valid_from': 'dbt_valid_from',
        'dbt_scd_id': 'dbt_scd_id',
        'dbt_updated_at': 'dbt_updated_at',
        'dbt_is_deleted': 'dbt_is_deleted'
    }) }}
{% endmacro %}

{# The names of a snapshot's own columns. #}
{% macro _snapshot_columns() %}
    {{ return(config.get('snapshot_table_column_names') or get_snapshot_table_column_names()) }}
{% endmacro %}

{# The macro of a strategy: `snapshot_<name>_strategy`, of a package if the name has one. #}
{% macro strategy_dispatch(name) -%}
    {% set package, _, strategy = name.rpartition('.') %}
    {% set macro_name = 'snapshot_' ~ strategy ~ '_strategy' %}
    {% set home = context.get(package) if package else context %}
    {% if home is none %}
        {% do exceptions.raise_compiler_error('there is no package `' ~ package ~ '`, so that the strategy `' ~ name ~ '` is not found') %}
    {% endif %}
    {% set found = home[macro_name] if package else context.get(macro_name) %}
    {% if not found %}
        {% do exceptions.raise_compiler_error('there is no macro `' ~ macro_name ~ '` for the strategy `' ~ name ~ '`') %}
    {% endif %}
    {{ return(found) }}
{%- endmacro %}

{# A row has changed when its time is later than the one it was taken at. #}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set updated_at = config.get('updated_at') %}
    {% set key = config.get('unique_key') %}
    {% set hard_deletes = adapter.get_hard_deletes_behavior(config) %}
    {% set columns = _snapshot_columns() %}
    {% do return({
        'unique_key': key,
        'updated_at': updated_at,
        'row_changed': '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')',
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
        'invalidate_hard_deletes': hard_deletes == 'invalidate',
        'hard_deletes': hard_deletes
    }) %}
{% endmacro %}

{# A row has changed when a checked column has: another value, or null where it was none, or the other way round. #}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set checked = config.get('check_cols') %}
    {% set key = config.get('unique_key') %}
    {% set hard_deletes = adapter.get_hard_deletes_behavior(config) %}
    {% set updated_at = config.get('updated_at') or snapshot_get_time() %}
    {% set column_added, names = snapshot_check_all_get_existing_columns(node, target_exists, checked) %}
    {% set changes = ['TRUE'] if column_added else [] %}
    {% for name in names %}
        {% set old, new = snapshotted_rel ~ '.' ~ name, current_rel ~ '.' ~ name %}
        {% do changes.append(
            old ~ ' != ' ~ new ~ ' or (((' ~ old ~ ' is null) and not (' ~ new ~ ' is null)) or ((not '
            ~ old ~ ' is null) and (' ~ new ~ ' is null)))') %}
    {% endfor %}
    {% do return({
        'unique_key': key,
        'updated_at': updated_at,
        'row_changed': '(' ~ changes | join(' or ') ~ ')',
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
        'invalidate_hard_deletes': hard_deletes == 'invalidate',
        'hard_deletes': hard_deletes
    }) %}
{% endmacro %}

{# Whether the query has a checked column that the table does not have yet, and the checked columns of both. #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
    {%- if not target_exists -%}
        {{ return((false, get_columns_in_query(node.compiled_code or node.compiled_sql or sql))) }}
    {%- endif -%}
    {%- if check_cols_config == 'all' -%}
        {%- set wanted = get_columns_in_query(node.compiled_code or node.compiled_sql or sql) -%}
    {%- elif check_cols_config is iterable and check_cols_config is not string and check_cols_config | length > 0 -%}
        {# The query tells how the columns are spelt. #}
        {%- set wanted = get_columns_in_query(
            'select ' ~ check_cols_config | join(', ') ~ ' from (' ~ (node.compiled_code or node.compiled_sql or sql) ~ ') subq') -%}
    {%- else -%}
        {%- do exceptions.raise_compiler_error("check_cols is 'all' or a list of columns, not: " ~ check_cols_config) -%}
    {%- endif -%}
    {%- set relation = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
    {%- set present = get_columns_in_relation(relation) | map(attribute='name') | map('upper') | list -%}
    {%- set found = namespace(column_added=false) -%}
    {%- set kept = [] -%}
    {%- for name in wanted -%}
        {%- if name | upper in present -%}
            {%- do kept.append(adapter.quote(name) if check_cols_config == 'all' else name) -%}
        {%- else -%}
            {%- set found.column_added = true -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return((found.column_added, kept)) }}
{%- endmacro %}

{# Literals of a truth. (dispatched) #}
{% macro get_true_sql() %}
    {{ adapter.dispatch('get_true_sql', 'dbt')() }}
{% endmacro %}

{% macro default__get_true_sql() %}
    {{ return('TRUE') }}
{% endmacro %}

{# The end of rows that hold still: as configured, or null. (dispatched) #}
{% macro get_dbt_valid_to_current(strategy, columns) %}
    coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }}) as {{ columns.dbt_valid_to }}
{% endmacro %}

{# The key as columns of their own: one, or a numbered one for each part. #}
{% macro unique_key_fields(unique_key) %}
    {%- if unique_key is string -%}
        {{ unique_key }} as dbt_unique_key
    {%- else -%}
        {% for key in unique_key -%}
            {{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{% endmacro %}

{# Whether two rows have the same key. #}
{% macro unique_key_join_on(unique_key, identifier, from_identifier) %}
    {%- if unique_key is string -%}
        {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
    {%- else -%}
        {% for key in unique_key -%}
            ({{ identifier }}.dbt_unique_key_{{ loop.index }} = {{ from_identifier }}.dbt_unique_key_{{ loop.index }}){{ ' and ' if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{% endmacro %}

{# Whether a joined row is missing. #}
{% macro unique_key_is_null(unique_key, identifier) %}
    {{- identifier }}.dbt_unique_key{{ '' if unique_key is string else '_1' }} is null
{% endmacro %}

{# Whether a joined row is there. #}
{% macro unique_key_is_not_null(unique_key, identifier) %}
    {{- identifier }}.dbt_unique_key{{ '' if unique_key is string else '_1' }} is not null
{% endmacro %}

{# The condition of rows that hold still. #}
{% macro _holds_still(prefix, columns) -%}
    {%- set valid_to = prefix ~ columns.dbt_valid_to -%}
    {%- set last = config.get('dbt_valid_to_current') -%}
    {%- if last -%}
        (({{ valid_to }} = {{ last }}) or {{ valid_to }} is null)
    {%- else -%}
        {{ valid_to }} is null
    {%- endif -%}
{%- endmacro %}

{# The first table of a snapshot: every row with its times. (dispatched) #}
{% macro build_snapshot_table(strategy, sql) -%}
    {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{% endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
    {%- set columns = _snapshot_columns() -%}
    select
        *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }}
        {%- if strategy.hard_deletes == 'new_record' -%},
        'False' as {{ columns.dbt_is_deleted }}
        {%- endif %}
    from (
        {{ sql }}
    ) sbq
{% endmacro %}

{# Puts what has changed since the last time into a temporary table; returns it. #}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
    {% set temporary = make_temp_relation(target_relation) %}
    {% set select = snapshot_staging_table(strategy, sql, target_relation) %}
    {% call statement('build_snapshot_staging_relation') %}
        {{ create_table_as(true, temporary, select) }}
    {% endcall %}
    {% do return(temporary) %}
{% endmacro %}

{# The rows to insert, and those whose time has ended: new, changed and gone ones. (dispatched) #}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{% endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {%- set columns = _snapshot_columns() -%}
    {%- set keeps_deletions = strategy.hard_deletes == 'new_record' -%}
    {%- set ends_deleted = strategy.hard_deletes in ['invalidate', 'new_record'] -%}
    {%- set same_key = unique_key_join_on(strategy.unique_key, 'snapshotted_data', 'source_data') -%}
    {%- set changed = strategy.row_changed -%}
    {%- if keeps_deletions -%}
        {%- set changed = changed ~ ' or snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" -%}
        {%- set last = config.get('dbt_valid_to_current') -%}
        {%- set valid_to = 'snapshotted_data.' ~ columns.dbt_valid_to -%}
        {%- set deleted_before = "not (snapshotted_data." ~ columns.dbt_is_deleted ~ " = 'True' and "
            ~ (valid_to ~ ' = ' ~ last if last else valid_to ~ ' is null') ~ ')' -%}
        {# Both are asked before the statement is written, which holds no questions of its own. #}
        {%- set target_columns = get_list_of_column_names(get_columns_in_relation(target_relation)) -%}
        {%- set source_columns = get_columns_in_query(source_sql) -%}
    {%- endif %}
    with snapshot_query as (
        {{ source_sql }}
    ),

    snapshotted_data as (
        select *, {{ unique_key_fields(strategy.unique_key) }}
        from {{ target_relation }}
        where {{ _holds_still('', columns) }}
    ),

    insertions_source_data as (
        select *, {{ unique_key_fields(strategy.unique_key) }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ get_dbt_valid_to_current(strategy, columns) }},
            {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
        from snapshot_query
    ),

    updates_source_data as (
        select *, {{ unique_key_fields(strategy.unique_key) }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}
        from snapshot_query
    ),

    {%- if ends_deleted %}
    deletes_source_data as (
        select *, {{ unique_key_fields(strategy.unique_key) }}
        from snapshot_query
    ),
    {%- endif %}

    insertions as (
        select 'insert' as dbt_change_type, source_data.*
            {%- if keeps_deletions %}, 'False' as {{ columns.dbt_is_deleted }}{% endif %}
        from insertions_source_data as source_data
        left outer join snapshotted_data
            on {{ same_key }}
        where {{ unique_key_is_null(strategy.unique_key, 'snapshotted_data') }}
            or ({{ unique_key_is_not_null(strategy.unique_key, 'snapshotted_data') }} and ({{ changed }}))
    ),

    updates as (
        select 'update' as dbt_change_type, source_data.*, snapshotted_data.{{ columns.dbt_scd_id }}
            {%- if keeps_deletions %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}
        from updates_source_data as source_data
        join snapshotted_data
            on {{ same_key }}
        where ({{ changed }})
    )

    {%- if ends_deleted -%},
    deletes as (
        select 'delete' as dbt_change_type, source_data.*,
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
            snapshotted_data.{{ columns.dbt_scd_id }}
            {%- if keeps_deletions %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}
        from snapshotted_data
        left join deletes_source_data as source_data
            on {{ same_key }}
        where {{ unique_key_is_null(strategy.unique_key, 'source_data') }}
            {%- if keeps_deletions %} and {{ deleted_before }}{% endif %}
    )
    {%- endif %}

    {%- if keeps_deletions -%},
    deletion_records as (
        select 'insert' as dbt_change_type,
            {%- for name in source_columns %}
            {% if name in target_columns %}snapshotted_data.{{ adapter.quote(name) }}{% else %}source_data.{{ adapter.quote(name) }}{% endif %},
            {%- endfor %}
            {%- if strategy.unique_key is string %}
            snapshotted_data.dbt_unique_key as dbt_unique_key,
            {%- else %}
            {%- for key in strategy.unique_key %}
            snapshotted_data.{{ key }} as dbt_unique_key_{{ loop.index }},
            {%- endfor %}
            {%- endif %}
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            snapshotted_data.{{ columns.dbt_valid_to }} as {{ columns.dbt_valid_to }},
            {{ snapshot_hash_arguments([columns.dbt_scd_id, snapshot_get_time()]) }} as {{ columns.dbt_scd_id }},
            'True' as {{ columns.dbt_is_deleted }}
        from snapshotted_data
        left join deletes_source_data as source_data
            on {{ same_key }}
        where {{ unique_key_is_null(strategy.unique_key, 'source_data') }} and {{ deleted_before }}
    )
    {%- endif %}

    select * from insertions
    union all
    select * from updates
    {%- if ends_deleted %}
    union all
    select * from deletes
    {%- endif %}
    {%- if keeps_deletions %}
    union all
    select * from deletion_records
    {%- endif %}
{%- endmacro %}

{# Ends the time of rows, and inserts the new ones. (dispatched) #}
{% macro snapshot_merge_sql(target, source, insert_cols) -%}
    {{ adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols) }}
{%- endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
    {%- set names = insert_cols | join(', ') -%}
    {%- set columns = _snapshot_columns() -%}
    merge into {{ target.render() }} as DBT_INTERNAL_DEST
    using {{ source }} as DBT_INTERNAL_SOURCE
    on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
    when matched
        and {{ _holds_still('DBT_INTERNAL_DEST.', columns) }}
        and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
        then update set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
    when not matched
        and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
        then insert ({{ names }})
        values ({% for name in insert_cols %}DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# Runs what builds or changes the table of a snapshot, and looks at the history before anything is for good: when a
   warning of it is to be an error, a table that was there stays as it was. (dispatched) #}
{% macro build_checked_snapshot(final_sql, target, strategy, columns, found) -%}
    {{ return(adapter.dispatch('build_checked_snapshot', 'dbt')(final_sql, target, strategy, columns, found)) }}
{%- endmacro %}

{% macro default__build_checked_snapshot(final_sql, target, strategy, columns, found) -%}
    {% call statement('main') %}
        {{ final_sql }}
    {% endcall %}
    {%- do check_snapshot_history(target, strategy, columns) -%}
{%- endmacro %}

{# Adds columns to the table of a snapshot. (dispatched) #}
{% macro create_columns(relation, columns) %}
    {{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}
{% endmacro %}

{% macro default__create_columns(relation, columns) %}
    {% for column in columns %}
        {% call statement() %}
            alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }};
        {% endcall %}
    {% endfor %}
{% endmacro %}

{# Tidies up after a snapshot. (dispatched) #}
{% macro post_snapshot(staging_relation) %}
    {{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}
{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}
{% endmacro %}

{# Finds keys whose history cannot be: `several` rows that hold now, rows that `overlap`, a `gap` between rows, or
   `none` that holds now. Gives the kind, the number of keys, and a few of them. (dispatched) #}
{% macro get_snapshot_violations_sql(target, strategy, columns) -%}
    {{ adapter.dispatch('get_snapshot_violations_sql', 'dbt')(target, strategy, columns) }}
{%- endmacro %}

{% macro default__get_snapshot_violations_sql(target, strategy, columns) -%}
    {%- set last = config.get('dbt_valid_to_current') -%}
    {%- set shown = [] -%}
    {%- for key in ([strategy.unique_key] if strategy.unique_key is string else strategy.unique_key) -%}
        {%- do shown.append("coalesce(cast(" ~ key ~ " as varchar), 'null')") -%}
    {%- endfor -%}
    {#- Rows may go and come again, unless deletions are ignored. -#}
    {%- set is_whole = strategy.hard_deletes == 'ignore' -%}
    with held as (
        select
            {{ shown | join(" || ', ' || ") }} as dbt_key,
            {{ columns.dbt_valid_from }} as dbt_from,
            {% if last %}nullif({{ columns.dbt_valid_to }}, {{ last }}){% else %}{{ columns.dbt_valid_to }}{% endif %} as dbt_to
        from {{ target }}
    ),

    followed as (
        select *, lead(dbt_from) over (partition by dbt_key order by dbt_from, dbt_to nulls last) as dbt_next
        from held
    ),

    counted as (
        select
            dbt_key,
            sum(case when dbt_to is null then 1 else 0 end) as open_rows,
            sum(case when dbt_next < dbt_to then 1 else 0 end) as early,
            sum(case when dbt_to is null and dbt_next is not null then 1 else 0 end) as after_open,
            sum(case when dbt_next > dbt_to then 1 else 0 end) as late
        from followed
        group by dbt_key
    ),

    violations as (
        select 'several' as kind, dbt_key from counted where open_rows > 1
        union all
        select 'overlap' as kind, dbt_key from counted where early > 0 or (after_open > 0 and open_rows = 1)
        {%- if is_whole %}
        union all
        select 'gap' as kind, dbt_key from counted where late > 0
        union all
        select 'none' as kind, dbt_key from counted where open_rows = 0
        {%- endif %}
    ),

    numbered as (
        select
            kind,
            dbt_key,
            count(*) over (partition by kind) as keys,
            row_number() over (partition by kind order by dbt_key) as place
        from violations
    )

    select kind, keys, dbt_key from numbered where place <= 3 order by kind, place
{%- endmacro %}

{# Warns of keys whose history cannot be, so that a query with repeated keys is noticed before somebody counts on it. #}
{% macro check_snapshot_history(target, strategy, columns) %}
    {%- set found = run_query(get_snapshot_violations_sql(target, strategy, columns)) -%}
    {%- set told = {
        'several': 'more than one row that holds now',
        'overlap': 'rows whose times overlap',
        'gap': 'a time that no row holds for',
        'none': 'no row that holds now'
    } -%}
    {%- set key = strategy.unique_key if strategy.unique_key is string else strategy.unique_key | join(', ') -%}
    {%- set lines = [] -%}
    {%- for kind in told -%}
        {%- set rows = [] -%}
        {%- for row in found.rows if row[0] == kind -%}
            {%- do rows.append(row) -%}
        {%- endfor -%}
        {%- if rows -%}
            {%- set named = rows | map(attribute=2) | join('; ') ~ ('; ...' if rows[0][1] > rows | length else '') -%}
            {%- do lines.append(rows[0][1] ~ (' key has ' if rows[0][1] == 1 else ' keys have ') ~ told[kind] ~ ': ' ~ named) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if lines -%}
        {%- do exceptions.warn_snapshot_history(
            'the history in ' ~ target ~ ' is not whole, by the key (' ~ key ~ '):\n  ' ~ lines | join('\n  ')
            ~ '\n  Give the snapshot a query with one row for each key, whose times only rise; then mend these rows.') -%}
    {%- endif -%}
{% endmacro %}
