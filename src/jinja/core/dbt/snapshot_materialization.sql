{# The materialization of snapshots. #}

{% materialization snapshot, default %}
    {%- set found, target = get_or_create_relation(
        database=model.database, schema=model.schema, identifier=model.get('alias', model['name']), type='table') -%}
    {%- if found and not target.is_table -%}
        {%- do exceptions.relation_wrong_type(target, 'table') -%}
    {%- endif -%}
    {%- set columns = _snapshot_columns() -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- set strategy = strategy_dispatch(config.get('strategy'))(
        model, 'snapshotted_data', 'source_data', model['config'], found) -%}

    {%- if not found -%}
        {%- set final_sql = create_table_as(false, target, build_snapshot_table(strategy, model['compiled_code'] or sql)) -%}
    {%- else -%}
        {%- do adapter.assert_valid_snapshot_target_given_strategy(target, columns, strategy) -%}
        {%- set staging = build_snapshot_staging_table(strategy, sql, target) -%}
        {%- do adapter.expand_target_column_types(from_relation=staging, to_relation=target) -%}
        {# Columns that hold the key and the kind of change live in the staging table alone. #}
        {%- set own = ['dbt_change_type', 'dbt_unique_key'] -%}
        {%- if strategy.unique_key is not string -%}
            {%- for key in strategy.unique_key -%}
                {%- do own.append('dbt_unique_key_' ~ loop.index) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set added = [] -%}
        {%- for column in adapter.get_missing_columns(staging, target) if column.name | lower not in own -%}
            {%- do added.append(column) -%}
        {%- endfor -%}
        {%- do create_columns(target, added) -%}
        {%- set names = [] -%}
        {%- for column in adapter.get_columns_in_relation(staging) if column.name | lower not in own -%}
            {%- do names.append(adapter.quote(column.name)) -%}
        {%- endfor -%}
        {%- set final_sql = snapshot_merge_sql(target=target, source=staging, insert_cols=names) -%}
    {%- endif -%}

    {{ check_time_data_types(model['compiled_code'] or sql) if config.get('updated_at') }}

    {%- do build_checked_snapshot(final_sql, target, strategy, columns, found) -%}

    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(found, full_refresh_mode=false)) -%}
    {%- do persist_docs(target, model) -%}
    {%- if not found -%}
        {%- do create_indexes(target) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {%- if found -%}
        {%- do post_snapshot(staging) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
